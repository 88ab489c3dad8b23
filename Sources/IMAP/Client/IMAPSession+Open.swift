import IMAPGrammar

extension IMAPSession {
    /// Connects, secures the connection, logs on, and turns on what this client can use.
    /// - Throws: code `refused` where the server does not let the account in.
    public static func open(_ options: SessionOptions) async throws(IMAPError) -> IMAPSession {
        let connection = try await IMAPConnection.open(
            options.server, connectTimeout: options.connectTimeout, readTimeout: options.readTimeout)
        do throws(IMAPError) {
            return try await SessionOpening(connection: connection, options: options).open()
        } catch {
            connection.close()
            throw error
        }
    }
}

/// The way from the greeting to a session.
private struct SessionOpening {
    let connection: IMAPConnection
    let options: SessionOptions

    func open() async throws(IMAPError) -> IMAPSession {
        var capabilities = try await capabilities(told: connection.greeting)
        var isEncrypted = options.server.transport == .implicitTLS
        if options.server.transport == .startTLS { isEncrypted = try await secure(&capabilities) }
        guard isEncrypted || options.allowsPlaintext || connection.isLoopback else {
            throw IMAPError(.clearText, "the connection would not be encrypted")
        }
        if connection.greeting.condition != .preauthenticated {
            let logon = Logon(
                connection: connection, server: options.server, account: options.account, capabilities: capabilities)
            capabilities = try await self.capabilities(told: logon.perform())
        }
        let serverID = capabilities.contains("ID") ? try await identify() : [:]
        let enabled = try await enable(capabilities)
        if capabilities.contains("COMPRESS=DEFLATE"), options.usesCompression ?? !connection.isLoopback {
            try await compress()
        }
        let namespaces = capabilities.contains("NAMESPACE") ? try await namespaces() : nil
        return IMAPSession(
            connection: connection, capabilities: capabilities, enabled: enabled, namespaces: namespaces,
            serverID: serverID, isEncrypted: isEncrypted)
    }

    private func capabilities(told status: StatusResponse) async throws(IMAPError) -> Capabilities {
        if case .capability(let capabilities)? = status.code { return checked(capabilities) }
        let (found, _) = try await connection.run(
            CommandText("CAPABILITY"), named: "CAPABILITY", into: Capabilities([])
        ) { found, response in
            guard case .capability(let capabilities) = response else { return false }
            found = capabilities
            return true
        }
        return checked(found)
    }

    private func checked(_ capabilities: Capabilities) -> Capabilities {
        capabilities.without(options.disabledExtensions)
    }

    /// - Returns: whether the connection is encrypted now.
    private func secure(_ capabilities: inout Capabilities) async throws(IMAPError) -> Bool {
        guard !options.allowsPlaintext else { return false }
        guard capabilities.contains("STARTTLS"), connection.greeting.condition != .preauthenticated else {
            if connection.isLoopback { return false }
            throw IMAPError(.clearText, "the server does not offer STARTTLS, and clear text was not asked for")
        }
        try await connection.run(
            "STARTTLS",
            ClientCommand(
                text: CommandText("STARTTLS"), effect: .startTLS))
        // What was told in clear text may have been anybody's: RFC 9051 6.2.1.
        capabilities = try await self.capabilities(told: StatusResponse(.ok, text: ""))
        return true
    }

    private func identify() async throws(IMAPError) -> [String: String] {
        // Some servers offer ID and then refuse it.
        let text = CommandText("ID (\"name\" \"mailbackup\")")
        let collector = ResponseCollector([String: String]()) { fields, response in
            guard case .serverID(let told) = response else { return false }
            fields = told
            return true
        }
        _ = try await connection.perform(text, receiver: collector)
        return collector.value
    }

    private func enable(_ capabilities: Capabilities) async throws(IMAPError) -> Set<String> {
        guard capabilities.contains("ENABLE") || capabilities.contains("IMAP4REV2") else { return [] }
        var wanted: [String] = []
        if capabilities.contains("QRESYNC") { wanted.append("QRESYNC") }
        if capabilities.contains("UTF8=ACCEPT") || capabilities.contains("UTF8=ONLY") { wanted.append("UTF8=ACCEPT") }
        if capabilities.contains("IMAP4REV2") && !capabilities.contains("IMAP4REV1") { wanted.append("IMAP4rev2") }
        guard !wanted.isEmpty else { return [] }
        let collector = ResponseCollector(Set<String>()) { enabled, response in
            guard case .enabled(let names) = response else { return false }
            enabled.formUnion(names)
            return true
        }
        _ = try await connection.perform(
            CommandText("ENABLE \(wanted.joined(separator: " "))"), receiver: collector)
        return collector.value
    }

    private func compress() async throws(IMAPError) {
        // NO means that TLS compresses already, or that the server has changed its mind: nothing is lost.
        _ = try await connection.perform(
            ClientCommand(
                text: CommandText("COMPRESS DEFLATE"), effect: .compress, receiver: nil))
    }

    private func namespaces() async throws(IMAPError) -> Namespaces? {
        let collector = ResponseCollector<Namespaces?>(nil) { namespaces, response in
            guard case .namespace(let told) = response else { return false }
            namespaces = told
            return true
        }
        _ = try await connection.perform(CommandText("NAMESPACE"), receiver: collector)
        return collector.value
    }
}
