public import IMAPGrammar
import Synchronization

/// A connection that is logged on: knows what the server can do, and which mailbox is open. Nothing changes a mailbox
/// (EXAMINE, and no command that stores), except what `IMAPSession+Remove.swift` is for.
public final class IMAPSession: Sendable {
    public let connection: IMAPConnection
    public let capabilities: Capabilities
    /// What ENABLE turned on, in capitals.
    public let enabled: Set<String>
    public let namespaces: Namespaces?
    /// RFC 2971, as the server tells it.
    public let serverID: [String: String]
    public let isEncrypted: Bool

    private let selection = SerialGate()
    private let selected = Mutex<SelectedMailbox?>(nil)

    init(
        connection: IMAPConnection, capabilities: Capabilities, enabled: Set<String>, namespaces: Namespaces?,
        serverID: [String: String], isEncrypted: Bool
    ) {
        self.connection = connection
        self.capabilities = capabilities
        self.enabled = enabled
        self.namespaces = namespaces
        self.serverID = serverID
        self.isEncrypted = isEncrypted
    }

    /// How mailbox names are spelled on this connection.
    public var spelling: MailboxName.Spelling {
        enabled.contains("UTF8=ACCEPT") || enabled.contains("IMAP4REV2") ? .utf8 : .modifiedUTF7
    }

    /// A command that ends with the name of a mailbox.
    public func command(_ start: String, mailbox: MailboxName) -> CommandText {
        var text = CommandText(start, literals: capabilities.nonSynchronizingLiterals)
        text.appendString(mailbox.wire(spelling), quotes8Bit: spelling == .utf8)
        return text
    }

    /// Opens a mailbox for reading, anew even where it is open, so that what is told is of now.
    public func examine(_ mailbox: MailboxName) async throws(IMAPError) -> SelectedMailbox {
        await selection.enter()
        defer { selection.leave() }
        return try await openAlone(mailbox, by: "EXAMINE")
    }

    /// Opens a mailbox for writing: SELECT — RFC 9051 6.3.2.
    func select(_ mailbox: MailboxName) async throws(IMAPError) -> SelectedMailbox {
        await selection.enter()
        defer { selection.leave() }
        return try await openAlone(mailbox, by: "SELECT")
    }

    private func openAlone(_ mailbox: MailboxName, by name: String) async throws(IMAPError) -> SelectedMailbox {
        selected.withLock { $0 = nil }
        var text = command(name, mailbox: mailbox)
        if capabilities.hasConditionalStore { text.append(" (CONDSTORE)") }
        let (found, _) = try await connection.run(
            text, named: name, into: SelectedMailbox(name: mailbox)
        ) { mailbox, response in
            mailbox.take(response)
        }
        selected.withLock { $0 = found }
        return found
    }

    /// Closes the mailbox that is open, where the server has a way that changes nothing — RFC 3691.
    public func unselect() async throws(IMAPError) {
        guard capabilities.contains("UNSELECT") || capabilities.contains("IMAP4REV2") else { return }
        await selection.enter()
        defer { selection.leave() }
        guard selected.withLock({ $0 }) != nil else { return }
        selected.withLock { $0 = nil }
        try await connection.run(
            "UNSELECT", ClientCommand(text: CommandText("UNSELECT")))
    }

    /// Gives commands in a mailbox, which is opened where another one is; they follow each other without waiting.
    /// - Parameter commands: made once the mailbox is open; none where it is not the one that was meant.
    /// - Returns: the mailbox and the answers.
    public func perform(
        in mailbox: MailboxName, receiver: any ResponseReceiver,
        commands: @Sendable (SelectedMailbox) -> [CommandText]
    ) async throws(IMAPError) -> (mailbox: SelectedMailbox, answers: [StatusResponse]) {
        let (found, pending) = try await submit(in: mailbox, receiver, commands)
        var answers: [StatusResponse] = []
        for command in pending { answers.append(try await command.completion.outcome().get()) }
        return (found, answers)
    }

    private func submit(
        in mailbox: MailboxName, _ receiver: any ResponseReceiver,
        _ commands: @Sendable (SelectedMailbox) -> [CommandText]
    ) async throws(IMAPError) -> (SelectedMailbox, [ClientCommand]) {
        await selection.enter()
        defer { selection.leave() }
        var found = selected.withLock { $0 }
        if found?.name != mailbox { found = try await openAlone(mailbox, by: "EXAMINE") }
        guard let found else { throw IMAPError(.closed, "no mailbox is open") }
        let pending = commands(found).map {
            ClientCommand(text: $0, receiver: receiver)
        }
        for command in pending { connection.submit(command) }
        return (found, pending)
    }

    /// Gives commands in a mailbox that have to succeed, and puts their responses together.
    public func collect<Value: Sendable>(
        in mailbox: MailboxName, named name: String, into value: Value, commands texts: [CommandText],
        _ take: @escaping @Sendable (inout Value, Response) -> Bool
    ) async throws(IMAPError) -> Value {
        let collector = ResponseCollector(value, take)
        let (_, answers) = try await perform(in: mailbox, receiver: collector) { _ in texts }
        for answer in answers where answer.condition != .ok { throw IMAPError(name, failed: answer) }
        return collector.value
    }

    /// Says goodbye, and ends the connection.
    public func logOut() async {
        _ = try? await connection.perform(CommandText("LOGOUT"))
        connection.close()
    }
}
