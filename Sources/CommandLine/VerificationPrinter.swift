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
    /// The part that remarks are about, where there are several.
    private var part: String?

    init(path: String, output: Output, errors: Output, isJSON: Bool, isQuiet: Bool) {
        self.path = path
        self.output = output
        self.errors = errors
        self.isJSON = isJSON
        self.isQuiet = isQuiet
    }

    func add(_ remark: Verification.Remark) {
        if case .part(let path) = remark {
            part = path
            return
        }
        if isJSON {
            guard var object = Self.object(remark) else { return }
            if let part { object.set("file", part) }
            output.write(object.line)
            return
        }
        var text =
            switch remark {
            case .part: ""
            case .finding(let finding): "\(finding). \(finding.rule.remedy.rawValue)"
            case .difference(let difference, let look):
                "\(look == .libpst ? "libpst: " : "source: ")\(difference). \(difference.remedy)"
            case .unreadable(let error): TextReporter.line(error)
            }
        // The source is compared with all parts at once.
        if let part, !remark.isAboutSource { text = "\(part): \(text)" }
        errors.write("mailbackup: \(text.printable)\n")
    }

    func finish(_ outcome: Verification.Outcome, _ status: ExitStatus) {
        if isQuiet && status == .success { return }
        guard isJSON else {
            if outcome.parts.count > 1 {
                for part in outcome.parts { output.write("   \(part.path.printable): \(Self.summary(part))\n") }
            }
            output.write("\(path.printable): \(Self.summary(outcome))\n")
            return
        }
        if outcome.parts.count > 1 {
            for part in outcome.parts {
                var object = Self.begin("part")
                object.set("file", part.path)
                Self.set([part], in: &object)
                output.write(object.line)
            }
        }
        var object = Self.begin("verify-finished")
        object.set("file", path)
        Self.set(outcome.parts, in: &object)
        if let source = outcome.source {
            object.set("source_compared", source.compared)
            object.set("source_equal", source.equal)
            object.set("source_differences", source.differences)
            object.set("source_unreadable", outcome.unreadable)
        }
        object.set("status", Int(status.rawValue))
        output.write(object.line)
    }

    private static func set(_ parts: [Verification.Part], in object: inout JSONObject) {
        func sum(_ value: (Verification.Part) -> Int) -> Int { parts.reduce(0) { $0 + value($1) } }
        object.set("errors", sum { $0.structure.errors })
        object.set("warnings", sum { $0.structure.warnings })
        object.set("folders", sum { $0.structure.folders })
        object.set("messages", sum { $0.structure.messages })
        object.set("complete", parts.allSatisfy(\.structure.isComplete))
        guard parts.contains(where: { $0.readback != nil }) else { return }
        object.set("libpst_compared", sum { $0.readback?.compared ?? 0 })
        object.set("libpst_equal", sum { $0.readback?.equal ?? 0 })
        object.set("libpst_differences", sum { $0.readback?.differences ?? 0 })
    }

    static func summary(_ outcome: Verification.Outcome) -> String {
        var parts: [String] = []
        if outcome.parts.count == 1 {
            parts.append(summary(outcome.parts[0]))
        } else {
            let bad = outcome.parts.count { !$0.isGood }
            parts.append("\(Format.count(outcome.messages, "message")) in \(Format.count(outcome.parts.count, "part"))")
            parts.append(bad == 0 ? "all sound" : "\(Format.count(bad)) not sound")
        }
        if let source = outcome.source {
            parts.append("source: \(Format.count(source.equal)) of \(Format.count(source.compared)) alike")
            if source.differences > 0 { parts.append(Format.count(source.differences, "difference")) }
            if outcome.unreadable > 0 { parts.append("\(Format.count(outcome.unreadable)) unreadable") }
        }
        return parts.joined(separator: " · ")
    }

    private static func summary(_ part: Verification.Part) -> String {
        let structure = part.structure
        var parts = [
            "\(Format.count(structure.messages, "message")) in \(Format.count(structure.folders, "folder"))",
            "structure: \(Format.count(structure.errors, "error")), \(Format.count(structure.warnings, "warning"))",
        ]
        if let readback = part.readback {
            parts.append("libpst: \(Format.count(readback.equal)) of \(Format.count(readback.compared)) alike")
            if readback.differences > 0 { parts.append(Format.count(readback.differences, "difference")) }
        } else {
            parts.append("too damaged to be read through libpst")
        }
        return parts.joined(separator: " · ")
    }

    private static func begin(_ event: String) -> JSONObject {
        var object = JSONObject()
        object.set("schema", JSONReporter.schema)
        object.set("event", event)
        return object
    }

    private static func object(_ remark: Verification.Remark) -> JSONObject? {
        switch remark {
        case .part: return nil
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

extension Verification.Remark {
    fileprivate var isAboutSource: Bool {
        switch self {
        case .unreadable, .difference(_, look: .source): true
        default: false
        }
    }
}
