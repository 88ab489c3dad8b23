import IMAP
import IMAPStore
import MailServers
import MailStore
import Synchronization
import TestSupport
import Testing

@Suite("A night on which nothing happened")
struct QuietNightTests {
    private static let listing =
        ["INBOX", "Sent", "Archive"].enumerated().map { index, name in
            "* LIST (\\HasNoChildren) \"/\" \(name)\r\n* STATUS \(name) (MESSAGES 7 UIDNEXT 8 UIDVALIDITY \(index + 1)"
                + " HIGHESTMODSEQ 9)\r\n"
        }.joined()

    @Test("The states of all folders are asked for in one command, where the server has LIST-STATUS")
    func oneCommand() async throws {
        var small = SmallServer()
        small.capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN LIST-EXTENDED LIST-STATUS SPECIAL-USE CONDSTORE UNSELECT"
        small.intercept = { _, line in
            line.contains(" LIST ") ? [.send("\(Self.listing)$TAG OK done\r\n")] : nil
        }
        let answering = small
        let server = try await ScriptedServer { connection, line in answering.answer(connection, line) }
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let before = server.lines.count
        let hierarchy = try await store.hierarchyWithStates()
        #expect(hierarchy.states.count == 3)
        let asked = server.lines.dropFirst(before)
        #expect(asked.count == 1 && asked.first?.contains("RETURN (SPECIAL-USE STATUS (") == true, "\(asked)")
        await store.close()
        await server.stop()
    }

    @Test("Where MAILBOXID takes a second command, it is sent before the first is answered: it is one round trip")
    func oneRoundTrip() async throws {
        var small = SmallServer()
        small.capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN LIST-EXTENDED LIST-STATUS SPECIAL-USE CONDSTORE OBJECTID"
        let first = Mutex<String?>(nil)
        small.intercept = { _, line in
            guard line.contains(" LIST ") else { return nil }
            // The first is answered when the second has come.
            guard let tag = first.withLock({ $0 }) else {
                first.withLock { $0 = line.split(separator: " ").first.map(String.init) }
                return []
            }
            return [.send("\(Self.listing)\(tag) OK done\r\n* STATUS Sent (MAILBOXID (F7))\r\n$TAG OK done\r\n")]
        }
        let answering = small
        let server = try await ScriptedServer { connection, line in answering.answer(connection, line) }
        let store = try await IMAPStore.connect(Mail.options(server.port))
        let folders = try await store.hierarchyWithStates().table.folders
        #expect(folders.first { $0.path.names == ["Sent"] }?.persistentID == "F7")
        await store.close()
        await server.stop()
    }

    @Test("A token is asked for at each connection, because it expires")
    func tokens() async throws {
        let asked = Mutex(0)
        var small = SmallServer(["Subject: a\r\n\r\n"])
        small.capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2"
        small.intercept = { connection, line in connection < 3 && line.contains("BODY.PEEK[]") ? [.close] : nil }
        let answering = small
        let server = try await ScriptedServer { connection, line in answering.answer(connection, line) }
        var options = Mail.options(server.port)
        options.session.account = Account(
            user: "fredb",
            proof: .token { () throws(IMAPError) in
                asked.withLock { $0 += 1 }
                return Secret("token")
            })
        let store = try await IMAPStore.connect(options)
        let inbox = try await Mail.inbox(of: store)
        let opened = await Mail.openAll(try await store.contents(of: inbox).rows, in: inbox, of: store)
        #expect(try opened.map { try Mail.text($0.get()) } == ["Subject: a\r\n\r\n"])
        #expect(server.connections == 3 && asked.withLock { $0 } == 3)
        await store.close()
        await server.stop()
    }
}
