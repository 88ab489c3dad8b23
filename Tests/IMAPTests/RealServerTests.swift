import BinaryIO
import IMAPGrammar
import IMAPStore
import MAPI
import MailServers
import MailStore
import TestSupport
import Testing

@testable import IMAP

@Suite("Real servers", .enabled(if: !MailServer.available.isEmpty, MailServer.skipReason))
struct RealServerTests {
    private static func options(_ server: MailServer, _ user: String) -> IMAPOptions {
        IMAPOptions(session: server.options(user))
    }

    private static func connect(_ server: MailServer, _ user: String) async throws -> IMAPStore {
        try await IMAPStore.connect(options(server, user))
    }

    static let odd: [[UInt8]] = [
        Array("Subject: plain\r\n\r\nhello\r\n".utf8),
        Array("Subject: 8 bit\r\n\r\n".utf8) + [0xE9, 0xFF, 0x80, 0x0D, 0x0A],
        Array("no header at all".utf8),
        Array("Subject: braces {5}\r\n\r\n{12}\r\n* 1 FETCH (UID 1)\r\nA1 OK\r\n)".utf8),
        Array("Subject: large\r\n\r\n".utf8) + [UInt8](repeating: 0x41, count: 3_000_000),
    ]

    @Test("Messages come back byte for byte, whatever is in them", arguments: MailServer.available)
    func bytes(kind: MailServer.Kind) async throws {
        let server = try #require(MailServer.of(kind))
        let user = try server.makeUser()
        let program = try await server.client(user)
        var messages = Self.odd
        for number in 1...60 { messages.append(Array("Subject: \(number)\r\n\r\n\(number)\r\n".utf8)) }
        // Cyrus takes no message that is not well-formed.
        messages = await messages.asyncFilter { message in
            let isTaken = try? await program.append(
                message, to: "INBOX", flags: "\\Seen $Forwarded blue", date: "17-Jul-1996 02:44:25 -0700")
            return isTaken != nil
        }
        #expect(messages.count >= 62)
        let store = try await Self.connect(server, user)
        let inbox = try await Mail.inbox(of: store)
        let table = try await store.contents(of: inbox)
        #expect(table.rows.count == messages.count)
        #expect(table.rows.allSatisfy { $0.state.seen && $0.state.forwarded && $0.state.keywords == ["blue"] })
        #expect(table.rows.allSatisfy { $0.deliveryTime?.unixSeconds == 837_596_665 })
        let opened = try await Mail.openAll(table.rows, in: inbox, of: store).map { try Mail.bytes($0.get()) }
        #expect(opened == messages)
        #expect(try await StoreContract.violations(of: store) == [])
        await store.close()
        await program.end()
    }

    static let names = [
        "Entwürfe", "日本語/漢字", "a & b", "100% *sure*", "quote\"d", "R&D-x", "Пример", " blanks around ", "😀",
    ]

    @Test("Folder names of every script and with every sign are what people see", arguments: MailServer.available)
    func folderNames(kind: MailServer.Kind) async throws {
        let server = try #require(MailServer.of(kind))
        let user = try server.makeUser()
        let program = try await server.client(user)
        var made: [[String]] = []
        for name in Self.names {
            // What one server or the other does not allow in a name is no concern of ours.
            guard (try? await program.create(name)) != nil else { continue }
            made.append(name.split(separator: "/").map(String.init))
        }
        #expect(made.count >= 6)
        let store = try await Self.connect(server, user)
        let folders = try await store.hierarchy().folders
        for names in made { #expect(folders.contains { $0.path.names == names }, "\(names)") }
        for folder in folders where folder.holdsMessages { #expect(try await store.contents(of: folder).rows.isEmpty) }
        #expect(try await StoreContract.violations(of: store) == [])
        await store.close()
        await program.end()
    }

    /// With everything the server has, and with nothing but the basics.
    static let extensions: [Set<String>] = [
        [],
        ["QRESYNC"],
        [
            "QRESYNC", "CONDSTORE", "LIST-STATUS", "LIST-EXTENDED", "SPECIAL-USE", "ESEARCH", "OBJECTID", "ENABLE",
            "NAMESPACE", "UNSELECT", "LITERAL+", "SASL-IR", "ID", "COMPRESS=DEFLATE",
        ],
    ]

    @Test(
        "Changes are found, with and without the extensions of the server", arguments: MailServer.available, extensions)
    func changes(kind: MailServer.Kind, without: Set<String>) async throws {
        let server = try #require(MailServer.of(kind))
        let user = try server.makeUser()
        let program = try await server.client(user)
        for number in 1...30 { try await program.append(Array("Subject: \(number)\r\n\r\n".utf8), to: "INBOX") }
        var options = Self.options(server, user)
        options.session.disabledExtensions = without
        let store = try await IMAPStore.connect(options)
        let inbox = try await Mail.inbox(of: store)
        let first = try await store.changes(in: inbox, since: nil, given: [])
        #expect(first.new.count == 30 && first.count == 30)

        let unchanged = try await store.changes(in: inbox, since: first.state, given: Mail.given(first.new))
        #expect(unchanged.state == first.state)
        #expect(unchanged.new.isEmpty && unchanged.changed.isEmpty && unchanged.gone.isEmpty)
        if !without.contains("CONDSTORE") {
            #expect(try await store.hierarchyWithStates().states[inbox.id] == first.state)
        }

        try await program.select("INBOX")
        try await program.run("UID STORE 3,5 +FLAGS (\\Flagged \\Seen)")
        try await program.run("UID STORE 7:12 +FLAGS (\\Deleted)")
        try await program.run("EXPUNGE")
        try await program.append(Array("Subject: new\r\n\r\n".utf8), to: "INBOX", flags: "\\Draft")
        if !without.contains("CONDSTORE") {
            #expect(try await store.hierarchyWithStates().states[inbox.id] != first.state)
        }
        for _ in 0..<2 {
            let second = try await store.changes(in: inbox, since: first.state, given: Mail.given(first.new))
            #expect(second.new.count == 1 && second.new.first?.state.draft == true)
            #expect(Set(second.changed.map(\.id)) == Set([first.new[2].id, first.new[4].id]))
            #expect(second.changed.allSatisfy { $0.state.flagged && $0.state.seen })
            #expect(second.changed.map(\.size) == [first.new[2].size, first.new[4].size])
            #expect(second.gone == first.new[6...11].map(\.id))
            #expect(second.count == 25)
        }
        await store.close()
        await program.end()
    }

    @Test("Proven messages are removed, one by one, and no other", arguments: MailServer.available)
    func removal(kind: MailServer.Kind) async throws {
        let server = try #require(MailServer.of(kind))
        let user = try server.makeUser()
        let program = try await server.client(user)
        for number in 1...20 { try await program.append(Array("Subject: \(number)\r\n\r\n".utf8), to: "INBOX") }
        // Marked by the user, who may change his mind.
        try await program.select("INBOX")
        try await program.run("UID STORE 1:4 +FLAGS (\\Deleted)")
        let store = try await Self.connect(server, user)
        let inbox = try await Mail.inbox(of: store)
        let rows = try await store.contents(of: inbox).rows
        try await program.run("UID STORE 20 +FLAGS (\\Deleted)")
        try await program.run("UID EXPUNGE 20")
        let chosen = rows[5..<9] + [rows[11], rows[19]]
        let outcomes = try await store.remove(chosen.map { ProvenMessage(row: $0, digest: []) }, from: inbox)
        let left = try await store.contents(of: inbox).rows
        #expect(left == rows.filter { !chosen.contains($0) })
        let removed = outcomes.map { outcome in
            if case .removed = outcome { true } else { false }
        }
        #expect(removed == [true, true, true, true, true, false])
        guard case .vanished? = outcomes.last else {
            Issue.record("a message that had gone is no vanished one")
            return
        }
        let stranger = ContentsRow(
            id: MessageID(rawValue: "1.1"), state: MessageState(), deliveryTime: nil, size: 1, location: "")
        await #expect(throws: StoreError.self) {
            _ = try await store.remove([ProvenMessage(row: stranger, digest: [])], from: inbox)
        }
        #expect(try await store.contents(of: inbox).rows == left)
        await store.close()
        await program.end()
    }

    @Test("The contract of stores that tell changes is kept", arguments: MailServer.available, extensions)
    func contract(kind: MailServer.Kind, without: Set<String>) async throws {
        let server = try #require(MailServer.of(kind))
        let mailbox = try await ServerMailbox(on: server, disabledExtensions: without)
        #expect(try await SynchronizationContract.violations(of: mailbox) == [])
        await mailbox.close()
    }

    @Test(
        "Whatever happens to a mailbox, a copy kept by its changes equals it", arguments: MailServer.available,
        extensions)
    func histories(kind: MailServer.Kind, without: Set<String>) async throws {
        let server = try #require(MailServer.of(kind))
        let mailbox = try await ServerMailbox(on: server, disabledExtensions: without)
        let seed = UInt64.random(in: 0...UInt64.max)
        #expect(try await SynchronizationContract.violations(of: mailbox, seed: seed, changes: 120) == [])
        await mailbox.close()
    }

    @Test("A mailbox that was made anew is known again without fetching messages", arguments: MailServer.available)
    func renumbered(kind: MailServer.Kind) async throws {
        let server = try #require(MailServer.of(kind))
        let user = try server.makeUser()
        let program = try await server.client(user)
        try await program.create("Box")
        func fill() async throws {
            for number in 1...20 {
                try await program.append(
                    Array("Subject: \(String(repeating: "x", count: number))\r\n\r\n".utf8), to: "Box",
                    date: "17-Jul-1996 02:44:\(10 + number) +0000")
            }
        }
        try await fill()
        let store = try await Self.connect(server, user)
        let box = try #require(try await store.hierarchy().folders.first { $0.path.names == ["Box"] })
        let first = try await store.changes(in: box, since: nil, given: [])
        try await program.run(program.session.command("DELETE", mailbox: program.name("Box")))
        try await program.create("Box")
        try await fill()
        try await program.append(Array("Subject: new\r\n\r\n".utf8), to: "Box")
        let second = try await store.changes(in: box, since: first.state, given: Mail.given(first.new))
        #expect(second.renumbered.map(\.was) == first.new.map(\.id))
        #expect(second.renumbered.map(\.row.size) == first.new.map(\.size))
        #expect(second.new.count == 1 && second.gone.isEmpty && second.count == 21)
        await store.close()
        await program.end()
    }

    @Test(
        "A folder that is gone has vanished; one that was renamed keeps its persistent id",
        arguments: MailServer.available)
    func goneAndRenamed(kind: MailServer.Kind) async throws {
        let server = try #require(MailServer.of(kind))
        let user = try server.makeUser()
        let program = try await server.client(user)
        for name in ["One", "Two"] { try await program.create(name) }
        try await program.append(Array("Subject: a\r\n\r\n".utf8), to: "One")
        let store = try await Self.connect(server, user)
        let before = try await store.hierarchy().folders
        let one = try #require(before.first { $0.path.names == ["One"] })
        let two = try #require(before.first { $0.path.names == ["Two"] })
        var rename = program.session.command("RENAME", mailbox: program.name("One"))
        rename.appendString(Array("Other".utf8))
        try await program.run(rename)
        try await program.run(program.session.command("DELETE", mailbox: program.name("Two")))
        let after = try await store.hierarchy().folders
        #expect(after.first { $0.path.names == ["Other"] }?.persistentID == one.persistentID)
        #expect(one.persistentID != nil && one.persistentID != two.persistentID)
        for folder in [one, two] {
            let error = await #expect(throws: StoreError.self) { _ = try await store.contents(of: folder) }
            #expect(error?.code == .vanished)
        }
        await store.close()
        await program.end()
    }

    @Test("An administrator opens a user's mailbox", arguments: MailServer.available)
    func administrator(kind: MailServer.Kind) async throws {
        let server = try #require(MailServer.of(kind))
        let user = try server.makeUser()
        let program = try await server.client(user)
        try await program.append(Array("Subject: mine\r\n\r\n".utf8), to: "INBOX")
        var accesses: [Account.Access] = [.authorizationIdentity(administrator: "backup-admin")]
        if kind == .dovecot { accesses.append(.masterUser(administrator: "backup-admin")) }
        for access in accesses {
            var options = Self.options(server, user)
            options.session.account.access = access
            options.session.account.proof = .password { () throws(IMAPError) in Secret("admin-secret") }
            let store = try await IMAPStore.connect(options)
            #expect(try await store.contents(of: Mail.inbox(of: store)).rows.count == 1)
            await store.close()
            options.session.account.proof = .password { () throws(IMAPError) in Secret("wrong-secret") }
            let wrong = options
            let error = await #expect(throws: StoreError.self) { _ = try await IMAPStore.connect(wrong) }
            #expect(error?.code == .loginRefused)
            #expect(error?.message.contains("\(user) (as backup-admin)") == true, "\(error?.message ?? "")")
        }
        await program.end()
    }

    @Test("Compressed, the messages are the same")
    func compressed() async throws {
        guard let server = MailServer.cyrus else { return }
        let user = try server.makeUser()
        let program = try await server.client(user)
        let messages = await Self.odd.asyncFilter { (try? await program.append($0, to: "INBOX")) != nil }
        var options = Self.options(server, user)
        options.session.usesCompression = true
        let store = try await IMAPStore.connect(options)
        let inbox = try await Mail.inbox(of: store)
        let rows = try await store.contents(of: inbox).rows
        let opened = try await Mail.openAll(rows, in: inbox, of: store).map { try Mail.bytes($0.get()) }
        #expect(opened == messages && messages.count > 2)
        await store.close()
        await program.end()
    }

    @Test("Connections cut at many places end with the same messages, none lost and none doubled")
    func cuts() async throws {
        guard let server = MailServer.dovecot else { return }
        let user = try server.makeUser()
        let program = try await server.client(user)
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        var messages: [[UInt8]] = []
        for number in 0..<150 {
            let length = Int.random(in: 0...20_000, using: &random)
            messages.append(
                Array("Subject: \(number)\r\n\r\n".utf8) + (0..<length).map { UInt8(0x41 + ($0 &* 7) % 26) })
            try await program.append(messages[number], to: "INBOX")
        }
        // Each copy reads about 1.5 MB, and is cut about 25 times.
        var cuts = 0
        for round in 0..<8 {
            let positions = CutPositions(seed: random.next(), largest: 120_000)
            let proxy = try await CuttingProxy(to: server.port) { positions.next() }
            var options = IMAPOptions(session: server.options(user, port: proxy.port))
            options.sleep = { _ in }
            options.attempts = 50
            let store = try await IMAPStore.connect(options)
            let inbox = try await Mail.inbox(of: store)
            let rows = try await store.contents(of: inbox).rows
            let opened = await Mail.openAll(rows, in: inbox, of: store, ahead: round % 2 * 12)
            #expect(try opened.map { try Mail.bytes($0.get()) } == messages, "seed \(seed)")
            await store.close()
            cuts += proxy.cuts
        }
        #expect(cuts >= 100)
        await program.end()
    }
}

@Suite("TLS", .enabled(if: MailServer.dovecot != nil, MailServer.skipReason))
struct TransportSecurityTests {
    private func options(_ transport: IMAPServer.Transport) throws -> IMAPOptions {
        let server = try #require(MailServer.dovecot)
        var session = server.options(try server.makeUser())
        session.server = IMAPServer(
            host: "localhost", port: transport == .implicitTLS ? server.tlsPort : server.port, transport: transport)
        return IMAPOptions(session: session)
    }

    private func isEncrypted(_ options: IMAPOptions) async throws -> Bool {
        let store = try await IMAPStore.connect(options)
        let isEncrypted = try await store.session().isEncrypted
        await store.close()
        return isEncrypted
    }

    @Test(
        "A certificate file or a fingerprint makes a server trusted",
        arguments: [
            IMAPServer.Transport.implicitTLS, .startTLS,
        ])
    func trusted(transport: IMAPServer.Transport) async throws {
        let certificate = try #require(MailServer.dovecot).certificate
        var options = try options(transport)
        options.session.server.security.authorityFile = certificate
        #expect(try await isEncrypted(options))

        let digest = try CommandRun.run("openssl", ["x509", "-in", certificate, "-outform", "DER"]).succeeded().output
        options.session.server.security.authorityFile = nil
        options.session.server.security.fingerprints = [Digest.sha256(digest)]
        #expect(try await isEncrypted(options))
    }

    @Test(
        "A server that is not trusted, or another than was pinned, gets no password",
        arguments: [
            IMAPServer.Transport.implicitTLS, .startTLS,
        ])
    func notTrusted(transport: IMAPServer.Transport) async throws {
        var options = try options(transport)
        for fingerprints in [[], [[UInt8](repeating: 1, count: 32)]] {
            options.session.server.security.fingerprints = fingerprints
            let refused = options
            let error = await #expect(throws: StoreError.self) { _ = try await IMAPStore.connect(refused) }
            #expect(error?.message.contains("certificate") == true, "\(error?.message ?? "")")
        }
    }

    @Test("A missing certificate file is a fault of the configuration")
    func missingFile() async throws {
        var options = try options(.implicitTLS)
        options.session.server.security.authorityFile = "/no/such/file.pem"
        let refused = options
        let error = await #expect(throws: StoreError.self) { _ = try await IMAPStore.connect(refused) }
        #expect(error?.code == .configuration)
    }
}

extension Sequence {
    func asyncFilter(_ isIncluded: (Element) async -> Bool) async -> [Element] {
        var result: [Element] = []
        for element in self where await isIncluded(element) { result.append(element) }
        return result
    }
}
