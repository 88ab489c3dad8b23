/// A small IMAP server of one mailbox, which does everything right but for what a test changes.
package struct SmallServer: Sendable {
    package struct Message: Sendable {
        package var uid: UInt32
        package var flags = ""
        package var body: String
        /// What the server says it is; nil: what it is.
        package var size: Int?

        package init(uid: UInt32, body: String, size: Int? = nil) {
            self.uid = uid
            self.body = body
            self.size = size
        }
    }

    package var capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN UNSELECT"
    package var uidValidity: UInt32 = 77
    package var messages: [Message]
    /// Answers in place of the server where it returns something.
    package var intercept: @Sendable (_ connection: Int, _ command: String) -> [ScriptedServer.Step]? = { _, _ in nil }

    package init(_ bodies: [String] = []) {
        messages = bodies.enumerated().map { Message(uid: UInt32($0 + 1), body: $1) }
    }

    package func answer(_ connection: Int, _ line: String) -> [ScriptedServer.Step] {
        if let steps = intercept(connection, line) { return steps }
        if line.isEmpty { return [.send("* OK [CAPABILITY \(capabilities)] small\r\n")] }
        let words = line.split(separator: " ")
        guard words.count > 1 else { return [.send("* BAD what\r\n")] }
        let arguments = words.dropFirst(2).joined(separator: " ")
        switch words[1].uppercased() {
        case "CAPABILITY": return ok("* CAPABILITY \(capabilities)\r\n")
        case "LOGIN", "AUTHENTICATE", "NOOP", "UNSELECT": return ok()
        case "LOGOUT": return [.send("* BYE bye\r\n$TAG OK\r\n"), .close]
        case "LIST": return ok("* LIST (\\HasNoChildren) \"/\" INBOX\r\n")
        case "STATUS":
            return ok(
                "* STATUS INBOX (MESSAGES \(messages.count) UIDNEXT \(uidNext) UIDVALIDITY \(uidValidity))\r\n")
        case "EXAMINE":
            return ok(
                "* FLAGS (\\Seen)\r\n* \(messages.count) EXISTS\r\n* OK [UIDVALIDITY \(uidValidity)] v\r\n"
                    + "* OK [UIDNEXT \(uidNext)] n\r\n", code: "[READ-ONLY] ")
        case "UID": return uid(arguments)
        default: return [.send("$TAG BAD unknown\r\n")]
        }
    }

    private var uidNext: UInt32 { (messages.map(\.uid).max() ?? 0) + 1 }

    private func uid(_ arguments: String) -> [ScriptedServer.Step] {
        let words = arguments.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3 || words.first == "SEARCH" else { return [.send("$TAG BAD syntax\r\n")] }
        if words[0] == "SEARCH" {
            let set = words.count > 2 ? words[2] : "1:*"
            let found = messages.filter { Self.contains(set, $0.uid) }.map { String($0.uid) }
            return ok("* SEARCH \(found.joined(separator: " "))\r\n")
        }
        let chosen = messages.enumerated().filter { Self.contains(words[1], $0.element.uid) }
        let isBody = words[2].contains("BODY.PEEK[]")
        return ok(
            chosen.map { index, message in
                let items =
                    isBody
                    ? "BODY[] {\(message.body.utf8.count)}\r\n\(message.body)"
                    : "FLAGS (\(message.flags)) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
                        + "RFC822.SIZE \(message.size ?? message.body.utf8.count)"
                return "* \(index + 1) FETCH (UID \(message.uid) \(items))\r\n"
            }.joined())
    }

    private static func contains(_ set: String, _ uid: UInt32) -> Bool {
        set.split(separator: ",").contains { part in
            let ends = part.split(separator: ":").map { UInt32($0) ?? .max }
            return (ends[0]...(ends.last ?? ends[0])).contains(uid)
        }
    }

    private func ok(_ data: String = "", code: String = "") -> [ScriptedServer.Step] {
        [.send("\(data)$TAG OK \(code)done\r\n")]
    }
}
