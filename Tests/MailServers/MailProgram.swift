package import IMAP
package import IMAPGrammar

/// A mail program of the user's: delivers, flags, moves, deletes.
package struct MailProgram {
    package let session: IMAPSession

    package init(_ session: IMAPSession) {
        self.session = session
    }

    /// - Parameter each: called with each untagged response.
    @discardableResult
    package func run(
        _ command: CommandText, each: @escaping @Sendable (Response) -> Void = { _ in }
    ) async throws -> StatusResponse {
        let receiver = ResponseCollector(()) { _, response in
            each(response)
            return true
        }
        let status = try await session.connection.perform(command, receiver: receiver)
        guard status.condition == .ok else { throw ServerFailure(description: "\(command): \(status.text)") }
        return status
    }

    @discardableResult
    package func run(_ text: String) async throws -> StatusResponse { try await run(CommandText(text)) }

    package func create(_ mailbox: String) async throws {
        try await run(session.command("CREATE", mailbox: name(mailbox)))
    }

    package func select(_ mailbox: String) async throws {
        try await run(session.command("SELECT", mailbox: name(mailbox)))
    }

    @discardableResult
    package func append(
        _ message: [UInt8], to mailbox: String, flags: String = "", date: String? = nil
    ) async throws -> StatusResponse {
        var command = session.command("APPEND", mailbox: name(mailbox))
        command.append(" (\(flags))" + (date.map { " \"\($0)\"" } ?? ""))
        command.append(" ")
        command.appendLiteral(message)
        return try await run(command)
    }

    package func name(_ mailbox: String) -> MailboxName { MailboxName(wire: Array(mailbox.utf8), spelling: .utf8) }

    package func end() async { await session.logOut() }
}
