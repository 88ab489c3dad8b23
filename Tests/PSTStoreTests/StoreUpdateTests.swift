import BinaryIO
import MAPI
import MailStore
import PSTStore
import TestSupport
import Testing

@Suite("A PST store that takes changes")
struct StoreUpdateTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static func mail(_ number: Int) -> String { "From: a@example.org\nSubject: \(number)\n\nText \(number)\n" }

    private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    @Test("tells what was copied into it, from where, and with which state")
    func inventory() async throws {
        let test = try StoreUnderTest.create(in: directory)
        let origins = [
            FolderOrigin(
                source: "maildir:/home/\n\\fred", folder: FolderID(rawValue: "a"), persistentID: nil,
                path: FolderPath(["A"])),
            FolderOrigin(
                source: "imap://x", folder: FolderID(rawValue: "b\0"), persistentID: "", path: FolderPath(["A", "B/c"])),
        ]
        let outer = try await test.folder("A")
        let inner = try await test.folder("B/c", below: outer)
        _ = try await test.folder("No source")
        try await test.store.setOrigin(origins[0], of: outer)
        try await test.store.setOrigin(origins[1], of: inner)
        let states = StateChangeTests.states
        var ids: [MessageID] = []
        for (number, state) in states.enumerated() {
            ids.append(try await test.save(Self.mail(number), id: "id \(number)", state, in: inner))
        }
        try await test.store.finish()

        let again = try StoreUnderTest.open(test.path)
        let folders = try await again.store.inventory()
        #expect(folders.map(\.id) == [outer, inner])
        #expect(folders.map(\.origin) == origins)
        let messages = try await again.store.inventory(of: inner)
        #expect(messages.map(\.id) == ids)
        #expect(messages.map(\.state) == states)
        for (number, message) in messages.enumerated() {
            let bytes = Array(Self.mail(number).replacing("\n", with: "\r\n").utf8)
            #expect(message.origin?.rawValue == "id \(number)")
            #expect(message.size == bytes.count)
            let sha = SHA256()
            bytes.withUnsafeBytes { sha.update($0) }
            #expect(message.digest == sha.finish())
        }
        try await again.store.setOrigin(MessageID(rawValue: "renumbered"), of: ids[0], in: inner)
        try await again.store.move(ids[1], from: inner, to: outer)
        try await again.store.delete(ids[2], from: inner)
        try await again.store.checkpoint()
        #expect(
            try await again.store.inventory(of: inner).map(\.origin?.rawValue).sorted { ($0 ?? "") < ($1 ?? "") }
                == (["renumbered"] + (3..<states.count).map { "id \($0)" }).sorted())
        #expect(try await again.store.inventory(of: outer).map(\.origin?.rawValue) == ["id 1"])
        #expect(try await again.store.inventory(of: outer).map(\.state) == [states[1]])
        try await again.store.finish()
        #expect(try StoreUnderTest.complaints(test.path) == [])
    }

    @Test("says that a message is gone which someone has moved or deleted")
    func vanished() async throws {
        let test = try StoreUnderTest.create(in: directory)
        let (here, there) = (try await test.folder("Here"), try await test.folder("There"))
        let id = try await test.save(Self.mail(1), id: "1", in: here)
        let store = test.store
        #expect(await code { try await store.setState(MessageState(), of: id, in: there) } == .vanished)
        #expect(await code { try await store.move(id, from: there, to: here) } == .vanished)
        try await store.delete(id, from: here)
        #expect(await code { try await store.delete(id, from: here) } == .vanished)
        #expect(await code { try await store.setOrigin(id, of: id, in: here) } == .vanished)
        #expect(await code { _ = try await store.deleteFolder(FolderID(rawValue: "0x9F2")) } == .vanished)
        try await store.finish()
        #expect(try StoreUnderTest.complaints(test.path) == [])
    }

    @Test(
        "gives back the folder that it made for a name, never one folder for two names, and none that was there before")
    func sameFolder() async throws {
        let test = try StoreUnderTest.create(in: directory)
        let first = try await test.folder("Name")
        let lower = try await test.folder("name")
        let odd = try await test.folder("a\u{1}")
        let plain = try await test.folder("a_")
        #expect(Set([first, lower, odd, plain]).count == 4)
        #expect(try await test.folder("Name") == first)
        #expect(try await test.folder("a\u{1}") == odd)
        try await test.store.finish()
        let again = try StoreUnderTest.open(test.path)
        let second = try await again.folder("Name")
        #expect(![first, lower].contains(second))
        #expect(try await again.folder("Name") == second)
        #expect(try await again.folder("Name", below: first) != second)
        try await again.store.finish()
        #expect(try StoreUnderTest.complaints(test.path) == [])
    }

    @Test("puts the trash of a source into the wastebasket, under its name, unless there is something in it")
    func trash() async throws {
        let test = try StoreUnderTest.create(in: directory)
        try await test.store.finish()
        let again = try StoreUnderTest.open(test.path)
        let trash = try await again.folder("Papierkorb", .trash)
        try await again.save(Self.mail(1), id: "1", in: trash)
        try await again.store.finish()
        let third = try StoreUnderTest.open(test.path)
        #expect(try await third.folder("Trash", .trash) != trash)
        #expect(try await third.store.deleteFolder(trash) == false)
        try await third.store.finish()
        let folders = try await PSTSource.open(at: test.path).hierarchy().folders
        #expect(folders.map(\.path.names) == [["Papierkorb"], ["Trash"]])
        #expect(folders.map(\.role) == [.trash, nil])
    }

    @Test("moves and renames folders with all that is in them, and deletes empty ones only")
    func folders() async throws {
        let test = try StoreUnderTest.create(in: directory)
        let (outer, other) = (try await test.folder("Outer"), try await test.folder("Other"))
        let inner = try await test.folder("Inner", below: outer)
        try await test.save(Self.mail(1), id: "1", in: inner)
        let store = test.store
        try await store.checkpoint()
        try await store.moveFolder(inner, to: NewFolder(parent: other, name: "Renamed", role: nil))
        #expect(
            await code { try await store.moveFolder(other, to: NewFolder(parent: inner, name: "x", role: nil)) }
                == .badData)
        #expect(try await store.deleteFolder(other) == false)
        #expect(try await store.deleteFolder(inner) == false)
        #expect(try await store.deleteFolder(outer))
        try await store.finish()
        let source = try PSTSource.open(at: test.path)
        let folders = try await source.hierarchy().folders.filter { $0.role != .trash }
        #expect(folders.map(\.path.names) == [["Other"], ["Other", "Renamed"]])
        #expect(try await source.contents(of: folders[1]).rows.count == 1)
        #expect(try StoreUnderTest.complaints(test.path) == [])
    }

    @Test("makes ordinary mail of a draft that is moved out of the drafts, and keeps its flags")
    func draft() async throws {
        let test = try StoreUnderTest.create(in: directory)
        let (drafts, inbox) = (try await test.folder("Drafts", .drafts), try await test.folder("INBOX", .inbox))
        let state = MessageState.with { $0.seen = true }
        let id = try await test.save(Self.mail(1), id: "1", state, in: drafts, .drafts)
        try await test.store.move(id, from: drafts, to: inbox)
        try await test.store.finish()
        let source = try PSTSource.open(at: test.path)
        let folder = try #require(try await source.hierarchy().folders.first { $0.role == .inbox })
        let row = try #require(try await source.contents(of: folder).rows.first)
        #expect(row.state == state)
        guard case .mapi(let message) = try await source.open(row, in: folder).content else { return }
        #expect(message.properties.integer32(.messageFlags) == 0x1_0001)
        #expect(try StoreUnderTest.complaints(test.path) == [])
    }
}
