import Configuration
import MailStore

/// A configuration explained, for people and for programs.
struct ConfigurationPrinter {
    let output: Output
    let errors: Output
    let isJSON: Bool

    /// For a setting that no line of the configuration makes.
    private static let usual = "default"

    func begin(_ configuration: Configuration, mailboxes: Int) {
        if !isJSON { output.write("\(configuration.path): \(RunSummary.mailboxes(mailboxes))\n".lines) }
    }

    func mailbox(_ plan: MailboxPlan) {
        if isJSON {
            var object = begin("mailbox", plan.user)
            object.set("out", plan.out)
            object.set("journal", plan.journal)
            if let source = plan.settings.text("source.url") { object.set("source", source) }
            output.write(object.line)
        } else {
            output.write("\(plan.user)\n".lines)
        }
        for (key, value, origin) in Self.explained(plan) {
            if isJSON {
                var object = begin("setting", plan.user)
                object.set("key", key)
                object.set("value", value)
                object.set("origin", origin)
                output.write(object.line)
            } else {
                output.write("   \(key.padded(to: 26)) \(value.padded(to: 44)) \(origin)\n".lines)
            }
        }
    }

    func notice(_ user: String, _ text: String) { tell("notice", user, text) }
    func problem(_ user: String, _ text: String) { tell("problem", user, text) }

    private func tell(_ event: String, _ user: String, _ text: String) {
        if isJSON {
            var object = begin(event, user)
            object.set("message", text)
            output.write(object.line)
        } else {
            errors.write("mailbackup: \(user.printable): \(text.printable)\n")
        }
    }

    /// Every key that has a value, with what holds where the file says nothing.
    private static func explained(_ plan: MailboxPlan) -> [(key: String, value: String, origin: String)] {
        var told = plan.settings.all.map { setting in
            (
                key: setting.key.name,
                // What a command says may be more than is good to show.
                value: setting.key.isCommand ? "(a command)" : setting.description, origin: setting.origin.description
            )
        }
        let defaults = [
            ("source.url", "maildir:~\(plan.user)/Maildir"), ("name", "\(plan.user) backup"), ("journal", plan.journal),
            ("since-state", "last"), ("deleted", "keep"), ("encoding", "permute"), ("verify", "false"),
        ]
        for (key, value) in defaults where !told.contains(where: { $0.key == key }) {
            told.append((key, value, usual))
        }
        return told
    }

    private func begin(_ event: String, _ user: String) -> JSONObject {
        var object = JSONObject()
        object.set("schema", JSONReporter.schema)
        object.set("event", event)
        object.set("user", user)
        return object
    }
}

extension String {
    /// One line, printable, with its end.
    fileprivate var lines: String { String(dropLast()).printable + "\n" }
}
