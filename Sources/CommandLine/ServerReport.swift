import IMAP
import IMAPGrammar

/// What a server can do, and what it means for a backup that it cannot.
struct ServerReport {
    private let session: IMAPSession

    init(_ session: IMAPSession) {
        self.session = session
    }

    var lines: [String] {
        let capabilities = session.capabilities
        var lines = [session.isEncrypted ? "TLS: yes" : "TLS: no; this server is on this machine, or it was asked for"]
        if let name = session.serverID["name"] {
            lines.append(
                "server: \(([name] + [session.serverID["version"]].compactMap(\.self)).joined(separator: " "))")
        }
        lines.append("capabilities: \(capabilities.names.joined(separator: " "))")
        let meanings: [(name: String, without: String)] = [
            ("LIST-STATUS", "without LIST-STATUS, each run asks for every folder by itself"),
            ("CONDSTORE", "without CONDSTORE, each run reads the flags of all messages"),
            ("QRESYNC", "without QRESYNC, each run compares the numbers of all messages to find what is gone"),
            ("OBJECTID", "without OBJECTID, a message that was moved may have to be fetched again to be recognised"),
            ("SPECIAL-USE", "without SPECIAL-USE, sent mail, drafts and trash are known by their names only"),
        ]
        for (name, without) in meanings where !capabilities.contains(name) {
            if name == "CONDSTORE", capabilities.hasConditionalStore { continue }
            lines.append(without)
        }
        lines.append(
            "not to be had over IMAP: calendars and contacts that are no messages, rules, rights, notes of Exchange")
        return lines
    }
}
