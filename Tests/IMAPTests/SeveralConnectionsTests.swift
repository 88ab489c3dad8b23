import IMAP
import IMAPStore
import MailServers
import MailStore
import Synchronization
import TestSupport
import Testing

@Suite("Several connections")
struct SeveralConnectionsTests {
    private static let small = SmallServer(
        (1...400).map { "Subject: \($0)\r\n\r\n" + String(repeating: "x", count: $0 % 90 * 10) })

    private func options(_ port: Int, connections: Int) -> IMAPOptions {
        var options = Mail.options(port)
        options.connections = connections
        // The second one comes with the second batch.
        options.bytesPerConnection = 1
        return options
    }

    /// Opens the messages as a copy does, with several batches on their way, and expects each to be what it should.
    private func expectAll(_ options: IMAPOptions, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let store = try await IMAPStore.connect(options)
        let inbox = try await Mail.inbox(of: store)
        let rows = try await store.contents(of: inbox).rows
        var texts: [String] = []
        for start in stride(from: 0, to: rows.count, by: 40) {
            for batch in stride(from: start, to: start + 40, by: 10) {
                store.prefetch(rows[batch..<batch + 10], in: inbox)
            }
            for row in rows[start..<start + 40] { texts.append(try Mail.text(try await store.open(row, in: inbox))) }
        }
        #expect(texts == Self.small.messages.map(\.body), sourceLocation: sourceLocation)
        await store.close()
    }

    @Test(
        "The messages are the same over any number of connections, and no more are made than allowed", arguments: 1...6)
    func sameMessages(connections: Int) async throws {
        let server = try await ScriptedServer { connection, line in Self.small.answer(connection, line) }
        try await expectAll(options(server.port, connections: connections))
        #expect(server.connections <= min(connections, 4))
        #expect(server.connections > (connections == 1 ? 0 : 1))
        await server.stop()
    }

    @Test("One connection is enough for little")
    func little() async throws {
        let server = try await ScriptedServer { connection, line in Self.small.answer(connection, line) }
        var options = options(server.port, connections: 4)
        options.bytesPerConnection = 16 << 20
        try await expectAll(options)
        #expect(server.connections == 1)
        await server.stop()
    }

    @Test(
        "Where a server allows no more connections, those that there are have to do: nothing fails, and it is asked once",
        arguments: [
            "$TAG NO [LIMIT] Maximum number of connections from user+IP exceeded\r\n",
            "$TAG NO Too many simultaneous connections\r\n", "* BYE [UNAVAILABLE] too many\r\n", "* BYE enough\r\n", "",
        ])
    func limit(refusal: String) async throws {
        let server = try await ScriptedServer { connection, line in
            guard connection > 2 else { return Self.small.answer(connection, line) }
            if line.isEmpty {
                return refusal.hasPrefix("$TAG") ? Self.small.answer(connection, line) : [.send(refusal), .close]
            }
            return [.send(refusal), .close]
        }
        try await expectAll(options(server.port, connections: 4))
        #expect(server.connections == 3)
        await server.stop()
    }

    @Test("Where the first connection is lost and not given again, another one goes on")
    func firstLost() async throws {
        let isLost = Mutex(false)
        let server = try await ScriptedServer { connection, line in
            if connection == 1, line.contains("BODY.PEEK[]"), !line.contains("UID FETCH 1:") {
                isLost.withLock { $0 = true }
                return [.close]
            }
            if connection > 2 && isLost.withLock({ $0 }) { return [.send("* BYE [LIMIT] too many\r\n"), .close] }
            return Self.small.answer(connection, line)
        }
        try await expectAll(options(server.port, connections: 2))
        #expect(isLost.withLock { $0 })
        await server.stop()
    }

    @Test("Once an account is refused nobody asks again, however many messages and connections there are")
    func refusedMeanwhile() async throws {
        let isRefused = Mutex(false)
        let logons = Mutex(0)
        let server = try await ScriptedServer { connection, line in
            if line.contains("AUTHENTICATE") {
                logons.withLock { $0 += 1 }
                if isRefused.withLock({ $0 }) { return [.send("$TAG NO [AUTHENTICATIONFAILED] locked\r\n")] }
            }
            if line.contains("BODY.PEEK[]") {
                isRefused.withLock { $0 = true }
                return [.close]
            }
            return Self.small.answer(connection, line)
        }
        let store = try await IMAPStore.connect(options(server.port, connections: 4))
        let inbox = try await Mail.inbox(of: store)
        let rows = try await store.contents(of: inbox).rows
        let codes = await Mail.openAll(rows, in: inbox, of: store).map { result -> StoreError.Code? in
            if case .failure(let error) = result { error.code } else { nil }
        }
        #expect(codes == Array(repeating: .loginRefused, count: 400))
        let error = await #expect(throws: StoreError.self) { _ = try await store.hierarchy() }
        #expect(error?.code == .loginRefused)
        #expect(logons.withLock { $0 } == 2)
        await store.close()
        await server.stop()
    }

    @Test("A claim that everything is gone can be checked where only one connection is allowed")
    func checkedAside() async throws {
        let isDown = Mutex(false)
        let open = Mutex<Set<Int>>([])
        var empty = Self.small
        empty.messages = []
        let nothing = empty
        let server = try await ScriptedServer { connection, line in
            if line.isEmpty, !open.withLock({ $0.isEmpty }) { return [.send("* BYE [LIMIT] one only\r\n"), .close] }
            open.withLock { _ = $0.insert(connection) }
            if line.contains("LOGOUT") { open.withLock { _ = $0.remove(connection) } }
            let isBroken = isDown.withLock { $0 } && connection == 1
            return (isBroken ? nothing : Self.small).answer(connection, line)
        }
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let inbox = try await Mail.inbox(of: store)
        let given = Mail.given(try await store.contents(of: inbox).rows)
        isDown.withLock { $0 = true }
        let changes = try await store.changes(in: inbox, since: nil, given: given)
        #expect(changes.gone.isEmpty && changes.count == 400)
        await store.close()
        await server.stop()
    }
}
