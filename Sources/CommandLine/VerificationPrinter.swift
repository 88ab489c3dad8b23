import MailStore
import PSTVerification
import Readback

/// Tells what a verification finds, for people or as JSON.
final class VerificationPrinter {
    private let path: String
    private let output: Output
    private let errors: Output
    private let isJSON: Bool
    private let isQuiet: Bool

    init(path: String, output: Output, errors: Output, isJSON: Bool, isQuiet: Bool) {
        self.path = path
        self.output = output
        self.errors = errors
        self.isJSON = isJSON
        self.isQuiet = isQuiet
    }

    func add(_ remark: Verification.Remark) {
        if isJSON {
            output.write(Self.object(remark).line)
            return
        }
        let text =
            switch remark {
            case .finding(let finding): "\(finding). \(finding.rule.remedy.rawValue)"
            case .difference(let difference, let look):
                "\(look == .libpst ? "libpst: " : "source: ")\(difference). \(difference.remedy)"
            case .unreadable(let error): TextReporter.line(error)
            }
        errors.write("mailbackup: \(text.printable)\n")
    }

    func finish(_ outcome: Verification.Outcome, _ status: ExitStatus) {
        if isQuiet && status == .success { return }
        guard isJSON else {
            output.write("\(path.printable): \(Self.summary(outcome))\n")
            return
        }
        let structure = outcome.structure
        var object = Self.begin("verify-finished")
        object.set("file", path)
        object.set("errors", structure.errors)
        object.set("warnings", structure.warnings)
        object.set("folders", structure.folders)
        object.set("messages", structure.messages)
        object.set("complete", structure.isComplete)
        if let readback = outcome.readback {
            object.set("libpst_compared", readback.compared)
            object.set("libpst_equal", readback.equal)
            object.set("libpst_differences", readback.differences)
        }
        if let source = outcome.source {
            object.set("source_compared", source.compared)
            object.set("source_equal", source.equal)
            object.set("source_differences", source.differences)
            object.set("source_unreadable", outcome.unreadable)
        }
        object.set("status", Int(status.rawValue))
        output.write(object.line)
    }

    static func summary(_ outcome: Verification.Outcome) -> String {
        let structure = outcome.structure
        var parts = [
            "\(Format.count(structure.messages, "message")) in \(Format.count(structure.folders, "folder"))",
            "structure: \(Format.count(structure.errors, "error")), \(Format.count(structure.warnings, "warning"))",
        ]
        if let readback = outcome.readback {
            parts.append("libpst: \(Format.count(readback.equal)) of \(Format.count(readback.compared)) alike")
            if readback.differences > 0 { parts.append(Format.count(readback.differences, "difference")) }
        } else {
            parts.append("too damaged to be read through libpst")
        }
        if let source = outcome.source {
            parts.append("source: \(Format.count(source.equal)) of \(Format.count(source.compared)) alike")
            if source.differences > 0 { parts.append(Format.count(source.differences, "difference")) }
            if outcome.unreadable > 0 { parts.append("\(Format.count(outcome.unreadable)) unreadable") }
        }
        return parts.joined(separator: " · ")
    }

    private static func begin(_ event: String) -> JSONObject {
        var object = JSONObject()
        object.set("schema", JSONReporter.schema)
        object.set("event", event)
        return object
    }

    private static func object(_ remark: Verification.Remark) -> JSONObject {
        switch remark {
        case .finding(let finding):
            var object = begin("finding")
            object.set("rule", finding.rule.id)
            object.set("section", finding.rule.section)
            object.set("severity", finding.severity.rawValue)
            object.set("place", "\(finding.place)")
            object.set("meaning", finding.rule.meaning)
            object.set("found", finding.found)
            object.set("expected", finding.expected)
            object.set("remedy", finding.rule.remedy.rawValue)
            return object
        case .difference(let difference, let look):
            var object = begin("difference")
            object.set("look", look.rawValue)
            object.set("kind", difference.kind.rawValue)
            object.set("folder", FolderPath(difference.folder).description)
            object.set("item", difference.item)
            object.set("node", Int(difference.node))
            object.set("field", difference.field)
            object.set("found", difference.found)
            object.set("expected", difference.expected)
            object.set("remedy", difference.remedy)
            return object
        case .unreadable(let error):
            var object = begin("problem")
            object.set("code", JSONReporter.name(error.code))
            object.set("message", error.message)
            if let folder = error.folder { object.set("folder", folder.description) }
            if let id = error.messageID { object.set("message_id", id.rawValue) }
            return object
        }
    }
}
