import IMAP
import IMAPGrammar
import IMAPStore
import MailStore

/// What a server can do, what it means for a backup that it cannot, and what of the account is left out.
struct ServerReport {
    let isEncrypted: Bool
    /// RFC 2971.
    let serverID: [String: String]
    let greeting: String
    let capabilities: Capabilities
    let foldersLeftOut: [LeftOutFolder]

    init(_ session: IMAPSession, foldersLeftOut: [LeftOutFolder]) {
        self.init(
            isEncrypted: session.isEncrypted, serverID: session.serverID, greeting: session.connection.greeting.text,
            capabilities: session.capabilities, foldersLeftOut: foldersLeftOut)
    }

    init(
        isEncrypted: Bool, serverID: [String: String], greeting: String, capabilities: Capabilities,
        foldersLeftOut: [LeftOutFolder]
    ) {
        self.isEncrypted = isEncrypted
        self.serverID = serverID
        self.greeting = greeting
        self.capabilities = capabilities
        self.foldersLeftOut = foldersLeftOut
    }

    var lines: [String] { [transport] + identity + abilities + leftOut + limits }

    private var transport: String {
        isEncrypted ? "TLS: yes" : "TLS: no; this server is on this machine, or it was asked for"
    }

    private var identity: [String] {
        guard let name = serverID["name"] else { return [] }
        return ["server: \(([name] + [serverID["version"]].compactMap(\.self)).joined(separator: " "))"]
    }

    private var abilities: [String] {
        let meanings: [(name: String, without: String)] = [
            ("LIST-STATUS", "without LIST-STATUS, each run asks for every folder by itself"),
            ("CONDSTORE", "without CONDSTORE, each run reads the flags of all messages"),
            ("QRESYNC", "without QRESYNC, each run compares the numbers of all messages to find what is gone"),
            ("OBJECTID", "without OBJECTID, a message that was moved may have to be fetched again to be recognised"),
            ("SPECIAL-USE", "without SPECIAL-USE, sent mail, drafts and trash are known by their names only"),
        ]
        let missing = meanings.filter { name, _ in
            !capabilities.contains(name) && !(name == "CONDSTORE" && capabilities.hasConditionalStore)
        }
        return ["capabilities: \(capabilities.names.joined(separator: " "))"] + missing.map(\.without)
    }

    /// A line for each reason, with the folders.
    private var leftOut: [String] {
        LeftOutFolder.Reason.allCases.compactMap { reason in
            let names = foldersLeftOut.filter { $0.reason == reason }.map(\.path.description)
            guard !names.isEmpty else { return nil }
            let shown = names.prefix(Self.namesShown).joined(separator: ", ")
            let more = names.count > Self.namesShown ? " and \(names.count - Self.namesShown) more" : ""
            return "left out, \(Self.explanation(of: reason)): \(shown)\(more)"
        }
    }

    private static let namesShown = 20

    private static func explanation(of reason: LeftOutFolder.Reason) -> String {
        switch reason {
        case .otherUsers: "folders of other users, which belong to their backups"
        case .shared: "shared folders, which need a backup of their own"
        case .view: "views on messages that lie in other folders"
        case .allMail: "all mail once more, whose messages lie in other folders"
        }
    }

    private var limits: [String] {
        var lines = ["not to be had over IMAP: calendars and contacts that are no messages, rules, rights"]
        if isExchange {
            lines += [
                "Exchange: a message that it cannot convert comes as a text that says so; each is told as a problem",
                "Exchange: the archive mailbox, public folders and recoverable items are not to be had over IMAP; notes,"
                    + " tasks and meetings come as mail, without what is their own",
                "Exchange: it slows down who fetches much; a run waits as long as the server asks for",
            ]
        }
        if capabilities.contains("X-GM-EXT-1") {
            lines += [
                "Gmail: each message is kept once, in the first folder that has it; its other labels become categories",
                "Gmail: labels that its settings hide from IMAP are not there, nor messages above the number that they"
                    + " allow a folder; after a day's share of bytes it refuses (see --max-download)",
            ]
        }
        return lines
    }

    /// It does not always say its name.
    private var isExchange: Bool {
        ([greeting] + [serverID["name"], serverID["vendor"]].compactMap(\.self)).contains { text in
            text.contains("Microsoft") || text.contains("Exchange")
        }
    }
}
