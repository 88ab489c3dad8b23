import BinaryIO
import IMAP
import IMAPGrammar
import IMAPStore
import MailServers
import MailStore
import Synchronization
import TestSupport
import Testing

/// What tests do with a store again and again.
enum Mail {
    static func options(_ port: Int, user: String = "fredb") -> IMAPOptions {
        var session = SessionOptions(
            server: IMAPServer(host: "127.0.0.1", port: port, transport: .plaintext), account: MailServer.account(user))
        session.readTimeout = .seconds(20)
        var options = IMAPOptions(session: session)
        options.sleep = { _ in }
        return options
    }

    static func bytes(_ message: StoredMessage) throws -> [UInt8] {
        guard case .internet(let file) = message.content else { throw ServerFailure(description: "no internet mail") }
        return file.withUnsafeBytes { Array($0) }
    }

    static func text(_ message: StoredMessage) throws -> String { String(decoding: try bytes(message), as: UTF8.self) }

    /// Opens all rows of a folder as a copy does: in batches asked for beforehand.
    /// - Parameter ahead: so many batches more are on their way.
    static func openAll(
        _ rows: [ContentsRow], in folder: FolderInfo, of store: IMAPStore, ahead: Int = 0
    ) async -> [Result<StoredMessage, StoreError>] {
        var results: [Result<StoredMessage, StoreError>] = []
        var announced = 0
        for start in stride(from: 0, to: rows.count, by: 16) {
            while announced < rows.count && announced <= start + ahead * 16 {
                store.prefetch(rows[announced..<min(announced + 16, rows.count)], in: folder)
                announced += 16
            }
            for row in rows[start..<min(start + 16, rows.count)] {
                do throws(StoreError) {
                    results.append(.success(try await store.open(row, in: folder)))
                } catch {
                    results.append(.failure(error))
                }
            }
        }
        return results
    }

    static func inbox(of store: IMAPStore) async throws -> FolderInfo {
        let folders = try await store.hierarchy().folders
        guard let inbox = folders.first(where: { $0.role == .inbox }) else {
            throw ServerFailure(description: "no inbox")
        }
        return inbox
    }

    static func given(_ rows: [ContentsRow]) -> [GivenMessage] {
        rows.map {
            GivenMessage(
                id: $0.id, state: $0.state, location: $0.location, size: $0.size, persistentID: $0.persistentID)
        }
    }
}

@Suite("A mailbox on a server")
struct IMAPStoreTests {
    private func serve(_ small: SmallServer) async throws -> ScriptedServer {
        try await ScriptedServer { connection, line in small.answer(connection, line) }
    }

    @Test("Nothing but reading is asked of a server")
    func readOnly() async throws {
        let server = try await serve(SmallServer(["Subject: a\r\n\r\nx", "Subject: b\r\n\r\ny"]))
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let inbox = try await Mail.inbox(of: store)
        let rows = try await store.contents(of: inbox).rows
        let opened = await Mail.openAll(rows, in: inbox, of: store)
        #expect(try opened.map { try Mail.text($0.get()) } == ["Subject: a\r\n\r\nx", "Subject: b\r\n\r\ny"])
        let changes = try await store.changes(in: inbox, since: nil, given: Mail.given(rows))
        #expect(changes.new.isEmpty && changes.gone.isEmpty && changes.changed.isEmpty && changes.count == 2)
        await store.close()
        let allowed: Set<String> = [
            "CAPABILITY", "AUTHENTICATE", "LIST", "STATUS", "EXAMINE", "UID FETCH", "UID SEARCH", "UNSELECT", "LOGOUT",
        ]
        for line in server.lines {
            let words = line.split(separator: " ").map(String.init)
            let command = words.count > 2 && words[1] == "UID" ? "UID \(words[2])" : words.count > 1 ? words[1] : line
            #expect(allowed.contains(command), "\(line)")
            #expect(!line.contains("BODY[") && !line.contains("RFC822 "), "\(line)")
        }
        #expect(server.lines.contains { $0.contains("UID FETCH 1:2 (UID BODY.PEEK[])") })
        await server.stop()
    }

    @Test("A refused logon says which account on which server, and what the server said; and no secret")
    func refused() async throws {
        let server = try await ScriptedServer { _, line in
            if line.isEmpty { return [.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] x\r\n")] }
            return [.send("$TAG NO [AUTHENTICATIONFAILED] no entry for secret \(line)\r\n")]
        }
        let error = await #expect(throws: StoreError.self) {
            _ = try await IMAPStore.connect(Mail.options(server.port))
        }
        #expect(error?.code == .loginRefused)
        let text = error?.message ?? ""
        #expect(text.contains("fredb at imap://127.0.0.1") && text.contains("no entry for"), "\(text)")
        #expect(!text.contains("secret") && !text.contains(Base64.encoded(Array("\0fredb\0secret".utf8))), "\(text)")
        await server.stop()
    }

    @Test(
        "A server that is busy is tried again, in its own time",
        arguments: [
            ("* BYE [UNAVAILABLE] Suggested Backoff Time: 1500 milliseconds\r\n", Duration.milliseconds(1_500)),
            ("* BYE come again\r\n", .zero),
        ])
    func busy(goodbye: String, wait: Duration) async throws {
        let small = SmallServer(["a"])
        let server = try await ScriptedServer { connection, line in
            connection < 3 ? [.send(goodbye), .close] : small.answer(connection, line)
        }
        let waits = Mutex<[Duration]>([])
        var options = Mail.options(server.port)
        options.sleep = { duration in waits.withLock { $0.append(duration) } }
        let store = try await IMAPStore.connect(options)
        #expect(server.connections == 3)
        if wait > .zero { #expect(waits.withLock { $0 } == [wait, wait]) }
        await store.close()
        await server.stop()
    }

    @Test("A server that hangs up after its greeting has closed the connection: nothing is said of clear text")
    func hangsUp() async throws {
        let server = try await ScriptedServer { _, _ in [.send("* OK [CAPABILITY IMAP4rev1] hello\r\n"), .close] }
        let options = SessionOptions(
            server: IMAPServer(host: "127.0.0.1", port: server.port, transport: .plaintext),
            account: MailServer.account("user"))
        for _ in 0..<50 {
            let error = await #expect(throws: IMAPError.self) { _ = try await IMAPSession.open(options) }
            #expect(error?.code == .closed)
        }
        await server.stop()
    }

    @Test("Whoever stops is not kept waiting by a server that says nothing")
    func silent() async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let server = try await ScriptedServer { _, _ in
            begin.yield()
            return []
        }
        let connecting = Task { try await IMAPStore.connect(Mail.options(server.port)) }
        for await _ in begun { break }
        connecting.cancel()
        let error = await #expect(throws: StoreError.self) { _ = try await connecting.value }
        #expect(error?.code == .cancelled, "\(String(describing: error))")
        await server.stop()
    }

    @Test("A server that stays away is unavailable, after a bounded number of tries")
    func away() async throws {
        let server = try await ScriptedServer { _, _ in [.send("* BYE closed\r\n"), .close] }
        let error = await #expect(throws: StoreError.self) {
            _ = try await IMAPStore.connect(Mail.options(server.port))
        }
        #expect(error?.code == .unavailable)
        #expect(server.connections == 7)
        await server.stop()
    }

    @Test("A connection lost within a literal is made again, and nothing is lost or doubled")
    func lostInLiteral() async throws {
        var small = SmallServer((1...40).map { "Subject: \($0)\r\n\r\n" + String(repeating: "x", count: $0 * 100) })
        small.intercept = { connection, line in
            guard connection < 4, line.contains("BODY.PEEK[]") else { return nil }
            return [.send("* \(connection) FETCH (UID \(connection) BODY[] {100}\r\nSubject"), .close]
        }
        let server = try await serve(small)
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let inbox = try await Mail.inbox(of: store)
        let rows = try await store.contents(of: inbox).rows
        let opened = await Mail.openAll(rows, in: inbox, of: store)
        #expect(try opened.map { try Mail.text($0.get()) } == small.messages.map(\.body))
        await store.close()
        await server.stop()
    }

    @Test("A message that the server refuses, or breaks the connection over, costs that message only")
    func oneBadMessage() async throws {
        for isCut in [false, true] {
            var small = SmallServer((1...10).map { "Subject: \($0)\r\n\r\n" })
            small.intercept = { _, line in
                guard line.contains("BODY.PEEK[]") else { return nil }
                let isBatch = line.contains(":") || line.contains(",")
                guard isBatch || line.contains("UID FETCH 4 ") else { return nil }
                return isCut ? [.close] : [.send("$TAG NO [SERVERBUG] message 4 is damaged\r\n")]
            }
            let server = try await serve(small)
            let store = try await IMAPStore.connect(Mail.options(server.port))
            let inbox = try await Mail.inbox(of: store)
            let rows = try await store.contents(of: inbox).rows
            let opened = await Mail.openAll(rows, in: inbox, of: store)
            for (index, result) in opened.enumerated() {
                switch result {
                case .success(let message):
                    #expect(try Mail.text(message) == small.messages[index].body)
                    #expect(index != 3)
                case .failure(let error):
                    #expect(index == 3, "\(error)")
                    #expect(error.messageID == rows[3].id)
                }
            }
            await store.close()
            await server.stop()
        }
    }

    @Test("Messages that are gone when they are fetched have vanished; those the server keeps back are a problem")
    func notGiven() async throws {
        var small = SmallServer((1...6).map { "Subject: \($0)\r\n\r\n" })
        let full = small
        small.messages.remove(at: 1)
        let (gone, withheld) = (small, 5)
        let hasListed = Mutex(false)
        let server = try await ScriptedServer { connection, line in
            if line.contains("RFC822.SIZE") { hasListed.withLock { $0 = true } }
            guard hasListed.withLock({ $0 }), !line.contains("RFC822.SIZE") else {
                return full.answer(connection, line)
            }
            if line.contains("BODY.PEEK[]") {
                var fewer = gone
                fewer.messages.removeAll { $0.uid == withheld }
                return fewer.answer(connection, line)
            }
            return gone.answer(connection, line)
        }
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let inbox = try await Mail.inbox(of: store)
        let rows = try await store.contents(of: inbox).rows
        let opened = await Mail.openAll(rows, in: inbox, of: store)
        let codes = opened.map { result -> StoreError.Code? in
            if case .failure(let error) = result { error.code } else { nil }
        }
        #expect(codes == [nil, .vanished, nil, nil, .inputOutput, nil])
        await store.close()
        await server.stop()
    }

    @Test("A mailbox that was renumbered while it was read gives no message of another number")
    func renumberedMeanwhile() async throws {
        let small = SmallServer(["a", "b"])
        var other = SmallServer(["c", "d"])
        other.uidValidity = 78
        let later = other
        let server = try await ScriptedServer { connection, line in
            if connection == 1 && line.contains("BODY.PEEK[]") { return [.close] }
            return connection == 1 ? small.answer(connection, line) : later.answer(connection, line)
        }
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let inbox = try await Mail.inbox(of: store)
        let rows = try await store.contents(of: inbox).rows
        let opened = await Mail.openAll(rows, in: inbox, of: store)
        for result in opened {
            guard case .failure(let error) = result else {
                Issue.record("a message of another number was taken")
                continue
            }
            #expect(error.code == .vanished)
        }
        await store.close()
        await server.stop()
    }

    @Test("A wrong size does not matter; a placeholder and an empty message are told")
    func oddMessages() async throws {
        var small = SmallServer([
            "Subject: fine\r\n\r\n",
            "Subject: Retrieval using the IMAP4 protocol failed for the following message: 5\r\n\r\nsorry", "",
        ])
        small.messages[0].size = 999_999
        let long = "Subject: long\r\n\r\n" + String(repeating: "x", count: 200_000)
        small.messages.append(SmallServer.Message(uid: 4, body: long, size: 1))
        small.messages[2].size = 12
        let server = try await serve(small)
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let inbox = try await Mail.inbox(of: store)
        let opened = await Mail.openAll(try await store.contents(of: inbox).rows, in: inbox, of: store)
        let problems = try opened.map { try $0.get().problems.count }
        #expect(problems == [0, 1, 1, 0])
        #expect(try Mail.text(opened[3].get()) == long)
        await store.close()
        await server.stop()
    }

    @Test("No more is fetched than a budget allows")
    func budget() async throws {
        let server = try await serve(SmallServer((1...40).map { _ in String(repeating: "x", count: 1_000) }))
        var options = Mail.options(server.port)
        options.maximumDownload = 10_000
        let store = try await IMAPStore.connect(options)
        let inbox = try await Mail.inbox(of: store)
        let opened = await Mail.openAll(try await store.contents(of: inbox).rows, in: inbox, of: store)
        let codes = opened.map { result -> StoreError.Code? in
            if case .failure(let error) = result { error.code } else { nil }
        }
        #expect(codes == Array(repeating: nil, count: 10) + Array(repeating: .temporary, count: 30))
        let asked = server.lines.filter { $0.contains("BODY.PEEK[]") }
        #expect(asked.count == 1 && asked[0].contains("UID FETCH 1:10 "), "\(asked)")
        await store.close()
        await server.stop()
    }

    @Test("That everything has vanished is believed only when a new connection says so too")
    func falseAlarm() async throws {
        let small = SmallServer((1...100).map { "Subject: \($0)\r\n\r\n" })
        var empty = small
        empty.messages = []
        let nothing = empty
        let isDown = Mutex(false)
        let server = try await ScriptedServer { connection, line in
            let isBroken = isDown.withLock { $0 } && connection == 1
            return isBroken ? nothing.answer(connection, line) : small.answer(connection, line)
        }
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let inbox = try await Mail.inbox(of: store)
        let given = Mail.given(try await store.contents(of: inbox).rows)
        isDown.withLock { $0 = true }
        let changes = try await store.changes(in: inbox, since: nil, given: given)
        #expect(server.connections == 2)
        #expect(changes.gone.isEmpty)
        #expect(changes.count == 100)
        await store.close()
        await server.stop()
    }

    @Test(
        "What a hostile server sends is an error within the time-out", .timeLimit(.minutes(1)),
        arguments: [
            "* 1 FETCH (UID 1 BODY[] {99999999999}\r\n", "* LIST () \"/\" {99999999}\r\n", "A1 OK\r\n", "A99 OK\r\n",
            "\u{0}\u{1}\u{2}\r\n", "+ \r\n", "* BYE\r\n",
            "* 1 FETCH (FLAGS " + String(repeating: "(", count: 50_000) + "\r\n",
        ])
    func hostile(text: String) async throws {
        let small = SmallServer(["a"])
        let server = try await ScriptedServer { connection, line in
            line.contains("EXAMINE") ? [.send(text), .close] : small.answer(connection, line)
        }
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let inbox = try await Mail.inbox(of: store)
        let error = await #expect(throws: StoreError.self) { _ = try await store.contents(of: inbox) }
        #expect(error?.code == .unavailable)
        await store.close()
        await server.stop()
    }

    @Test("Clear text is refused for a server elsewhere, before a secret is sent")
    func clearText() async throws {
        // On loopback, clear text is allowed; what is checked is the rule that decides.
        let server = try await ScriptedServer { _, line in
            line.isEmpty ? [.send("* PREAUTH hello\r\n")] : [.send("$TAG OK\r\n")]
        }
        var options = Mail.options(server.port)
        options.session.server.transport = .implicitTLS
        let error = await #expect(throws: StoreError.self) { _ = try await IMAPStore.connect(options) }
        #expect(error?.code == .unavailable)
        #expect(server.lines.allSatisfy { !$0.contains("LOGIN") && !$0.contains("AUTHENTICATE") })
        await server.stop()
    }
}
