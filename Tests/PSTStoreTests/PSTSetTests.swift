import BinaryIO
import Foundation
import MAPI
import MailStore
import PST
import PSTStore
import PSTVerification
import TestSupport
import Testing

@Suite("A PST of several parts")
struct PSTSetTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/fredb.pst" }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(
        maximumSize: UInt64? = nil, split: SplitRule? = nil, known: String? = nil
    ) async throws -> PSTSet {
        var options = PSTSetOptions(PSTStoreOptions(displayName: "Fred"))
        if let maximumSize { options.maximumSize = maximumSize }
        options.split = split
        options.now = { FileTime(unixSeconds: 1_790_000_000) }
        return try await PSTSet.open(at: path, options: options, knownGeneration: known)
    }

    private static func mail(_ number: Int, size: Int = 40) -> String {
        var random = SeededGenerator(seed: UInt64(number))
        let lines = (0..<size).map { _ in "\(UInt64.random(in: 0 ... .max, using: &random))\r\n" }.joined()
        return "From: a@example.org\r\nSubject: \(number)\r\nMessage-ID: <\(number)@example.org>\r\n\r\n\(lines)"
    }

    @discardableResult
    private func save(
        _ number: Int, at time: Int64? = 1_700_000_000, size: Int = 40, in folder: FolderID, of set: PSTSet,
        top: String = "INBOX"
    ) async throws -> MessageID {
        let bytes = Array(Self.mail(number, size: size).utf8)
        let row = ContentsRow(
            id: MessageID(rawValue: "id \(number)"), state: MessageState(),
            deliveryTime: time.map { FileTime(unixSeconds: $0) }, size: bytes.count)
        let content = bytes.withUnsafeBytes { MappedFile(copying: $0) }
        let info = FolderInfo(id: FolderID(rawValue: "s"), path: FolderPath([top]), role: nil)
        let message = StoredMessage(row: row, folder: info, content: .internet(content))
        let saved = try await set.save(try set.prepare(message), in: folder)
        #expect(saved.problems == [])
        return saved.id
    }

    private func folder(
        _ name: String, below parent: FolderID? = nil, in set: PSTSet, at path: [String]? = nil
    ) async throws -> FolderID {
        let id = try await set.createFolder(NewFolder(parent: parent, name: name, role: nil))
        let origin = FolderOrigin(
            source: "test:", folder: FolderID(rawValue: (path ?? [name]).joined(separator: "/")), persistentID: nil,
            path: FolderPath(path ?? [name]))
        try await set.setOrigin(origin, of: id)
        return id
    }

    private var names: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".pst") }.sorted()
        }
    }

    private func size(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/" + name)
        return try #require((attributes[.size] as? NSNumber)?.intValue)
    }

    /// Subjects by folder, as all parts together show them.
    private func contents() async throws -> [String: [Int]] {
        let source = try PSTSetSource.open(at: path)
        let hierarchy = try await source.hierarchy()
        #expect(hierarchy.problems.isEmpty)
        var found: [String: [Int]] = [:]
        for folder in hierarchy.folders where folder.path != FolderPath(["Deleted Items"]) {
            var subjects: [Int] = []
            for row in try await source.contents(of: folder).rows {
                guard case .mapi(let object) = try await source.open(row, in: folder).content else { continue }
                subjects.append(Int(object.properties.string(.subject) ?? "") ?? -1)
            }
            found[folder.path.description] = subjects.sorted()
        }
        return found
    }

    private func expectSound() throws {
        for name in try names { #expect(try StoreUnderTest.complaints(directory.path + "/" + name) == [], "\(name)") }
    }

    @Test("With one file it is what a PST alone is: the same ids, key and generation")
    func alone() async throws {
        let set = try await open()
        let inbox = try await folder("INBOX", in: set)
        let message = try await save(1, in: inbox, of: set)
        try await set.finish()
        let (own, alone) = (try await set.identity(), try PSTInventory.open(at: path))
        #expect(try own == alone.identity())
        #expect(try await set.inventory() == alone.inventory())
        #expect(try alone.inventory().map(\.id) == [inbox])
        #expect(try alone.inventory(of: inbox).map(\.id) == [message])
        #expect(try names == ["fredb.pst"])
    }

    @Test("Goes on in the next part before a file gets too large; only a message that is larger by itself makes it so")
    func maximumSize() async throws {
        let limit: UInt64 = 800_000
        let set = try await open(maximumSize: limit)
        let inbox = try await folder("INBOX", in: set)
        let deep = try await folder("Deep", below: inbox, in: set, at: ["INBOX", "Deep"])
        for number in 1...120 { try await save(number, size: 600, in: number % 3 == 0 ? deep : inbox, of: set) }
        try await save(121, size: 60_000, in: deep, of: set)
        try await save(122, size: 10, in: inbox, of: set)
        try await set.finish()
        let names = try names
        #expect(names.count > 3)
        #expect(names.contains("fredb-2.pst") && names.contains("fredb-\(names.count).pst"))
        let large = try names.filter { try size($0) > Int(limit) }
        #expect(large.count == 1)
        // All parts but the large one and the last are well filled.
        #expect(try names.filter { try size($0) < Int(limit) / 2 }.count <= 2)
        let expected = [
            "INBOX": (1...122).filter { $0 == 122 || $0 % 3 != 0 && $0 != 121 },
            "INBOX/Deep": (1...121).filter { $0 == 121 || $0 % 3 == 0 },
        ]
        #expect(try await contents() == expected)
        try expectSound()
    }

    @Test("Years and months of delivery count in UTC; what has no date is by itself")
    func dates() async throws {
        let newYear: Int64 = 1_735_689_600  // 2025-01-01 00:00:00 UTC
        let set = try await open(split: .month)
        let inbox = try await folder("INBOX", in: set)
        try await save(1, at: newYear - 1, in: inbox, of: set)
        try await save(2, at: newYear, in: inbox, of: set)
        try await save(3, at: newYear + 31 * 86_400, in: inbox, of: set)
        try await save(4, at: nil, in: inbox, of: set)
        try await set.finish()
        // The folders came first: they are in the part of the moment.
        #expect(
            try names == [
                "fredb-2024-12.pst", "fredb-2025-01.pst", "fredb-2025-02.pst", "fredb-2026-09.pst",
                "fredb-undated.pst",
            ])
        #expect(try await contents() == ["INBOX": [1, 2, 3, 4]])
        let again = try await open()
        // Without being told again it goes on as it was.
        let inventory = try await again.inventory()
        #expect(inventory.count == 1)
        try await save(5, at: newYear + 5, in: inventory[0].id, of: again)
        try await again.finish()
        #expect(try names.count == 5)
        #expect(try await contents() == ["INBOX": [1, 2, 3, 4, 5]])
        try expectSound()
    }

    @Test("A part by date that is full goes on under a number that is no month")
    func fullMonth() async throws {
        let set = try await open(maximumSize: 600_000, split: .year)
        let inbox = try await folder("INBOX", in: set)
        for number in 1...60 { try await save(number, size: 600, in: inbox, of: set) }
        try await set.finish()
        #expect(try names.contains("fredb-2023.2.pst") && !names.contains("fredb-2023-2.pst"))
        #expect(try await contents() == ["INBOX": Array(1...60)])
        try expectSound()
    }

    @Test("Each folder at the top has a part, whose name any system can have, also where two would have the same")
    func folders() async throws {
        let set = try await open(split: .folder)
        let tops = ["INBOX", "inbox", "a/b", "a:b", "2025", ".hidden"]
        for (number, name) in tops.enumerated() {
            let top = try await folder(name, in: set)
            let below = try await folder("Below", below: top, in: set, at: [name, "Below"])
            try await save(number, in: top, of: set, top: name)
            try await save(number + 100, in: below, of: set, top: name)
        }
        try await set.finish()
        #expect(
            try names == [
                "fredb-2025.pst", "fredb-INBOX.pst", "fredb-_hidden.pst", "fredb-a_b (2).pst", "fredb-a_b.pst",
                "fredb-inbox (2).pst",
            ])
        let found = try await contents()
        #expect(found.count == 12)
        #expect(found["2025"] == [4] && found["2025/Below"] == [104])
        // Another run finds the part of each.
        let again = try await open()
        for folder in try await again.inventory() where folder.origin.path.names.count == 1 {
            try await save(200, in: folder.id, of: again, top: folder.origin.path.names[0])
        }
        try await again.finish()
        #expect(try names.count == 6)
        try expectSound()
    }

    @Test("A message that goes to another top-level folder goes to its part, and lies in one part only")
    func transfer() async throws {
        let set = try await open(split: .folder)
        let (inbox, work) = (try await folder("INBOX", in: set), try await folder("Work", in: set))
        let first = try await save(1, in: inbox, of: set)
        let second = try await save(2, in: inbox, of: set)
        try await set.checkpoint()
        let moved = try await set.move(first, from: inbox, to: work)
        #expect(moved != first)
        var flagged = MessageState()
        flagged.flagged = true
        try await set.setState(flagged, of: moved, in: work)
        let late = try await save(3, in: inbox, of: set)
        // One that no checkpoint has seen yet.
        _ = try await set.move(late, from: inbox, to: work)
        try await set.finish()
        #expect(try await contents() == ["INBOX": [2], "Work": [1, 3]])
        let part = try PSTSource.open(at: directory.path + "/fredb-INBOX.pst")
        var count = 0
        for folder in try await part.hierarchy().folders { count += try await part.contents(of: folder).rows.count }
        #expect(count == 1)
        let inventory = try await PSTSetInventory.open(at: path).inventory(of: work)
        #expect(inventory.first { $0.origin?.rawValue == "id 1" }?.state == flagged)
        #expect(inventory.first { $0.origin?.rawValue == "id 1" }?.digest != nil)
        // Back again, in another run.
        let again = try await open()
        let back = try await again.move(moved, from: work, to: inbox)
        #expect(back != moved)
        try await again.delete(second, from: inbox)
        try await again.finish()
        #expect(try await contents() == ["INBOX": [1], "Work": [3]])
        try expectSound()
    }

    @Test("Renamed folders keep their part, and are renamed in all of them; empty ones are deleted from all")
    func renaming() async throws {
        let set = try await open(maximumSize: 600_000)
        let outer = try await folder("Outer", in: set)
        let inner = try await folder("Inner", below: outer, in: set, at: ["Outer", "Inner"])
        var ids: [MessageID] = []
        for number in 1...60 { ids.append(try await save(number, size: 600, in: inner, of: set)) }
        try await set.finish()
        #expect(try names.count > 1)
        let again = try await open(maximumSize: 600_000)
        try await again.moveFolder(outer, to: NewFolder(parent: nil, name: "Renamed", role: nil))
        try await again.moveFolder(inner, to: NewFolder(parent: nil, name: "Top", role: nil))
        try await again.checkpoint()
        #expect(try await contents() == ["Renamed": [], "Top": Array(1...60)])
        #expect(try await again.deleteFolder(inner) == false)
        #expect(try await again.deleteFolder(outer))
        for id in ids { try await again.delete(id, from: inner) }
        #expect(try await again.deleteFolder(inner))
        try await again.finish()
        #expect(try await contents().isEmpty)
        try expectSound()
    }

    @Test("A missing part is named, and nothing is opened without it", arguments: ["fredb.pst", "fredb-2.pst", "last"])
    func missing(name: String) async throws {
        let set = try await open(maximumSize: 600_000)
        let inbox = try await folder("INBOX", in: set)
        for number in 1...90 { try await save(number, size: 600, in: inbox, of: set) }
        try await set.finish()
        let generation = try await set.identity().generation
        let missing = name == "last" ? try "fredb-\(names.count).pst" : name
        try #require(try names.count > 2)
        try FileManager.default.removeItem(atPath: directory.path + "/" + missing)
        let error = await #expect(throws: StoreError.self) { try await open(known: generation) }
        #expect(error?.code == .noInput)
        #expect(error?.message.contains("/\(missing) is missing") == true, "\(error?.message ?? "")")
        // What is not the last is missed without a journal too.
        if name != "last" {
            let without = #expect(throws: StoreError.self) { try PSTSetSource.open(at: path) }
            #expect(without?.code == .noInput)
        }
    }

    @Test("Files of the same name pattern that are none of its parts are left alone")
    func strangers() async throws {
        let stranger = try PSTStore.create(
            at: directory.path + "/fredb-3.pst", options: PSTStoreOptions(displayName: "x"))
        try await stranger.finish()
        try Data("no PST".utf8).write(to: URL(fileURLWithPath: directory.path + "/fredb-old.pst"))
        let set = try await open(maximumSize: 600_000)
        let inbox = try await folder("INBOX", in: set)
        for number in 1...30 { try await save(number, size: 600, in: inbox, of: set) }
        try await set.finish()
        let parts = try PSTParts.find(path)
        #expect(parts.files.map(\.label) == ["", "2"])
        // A part by itself is read alone, and not written.
        #expect(try PSTParts.find(directory.path + "/fredb-2.pst").isMember)
        let options = PSTSetOptions(PSTStoreOptions(displayName: ""))
        let error = await #expect(throws: StoreError.self) {
            try await PSTSet.open(at: directory.path + "/fredb-2.pst", options: options)
        }
        #expect(error?.code == .cannotCreate)
    }

    @Test("What a run made and left no message in is gone when it is given up")
    func abandoned() async throws {
        let set = try await open(split: .year)
        _ = try await folder("INBOX", in: set)
        #expect(try names.count == 1)
        await set.abandon()
        #expect(try names == [])
        let other = try await open(split: .year)
        try await other.finish()
        #expect(try names == ["fredb.pst"])
    }

    @Test("Further parts are named after the first")
    func displayNames() async throws {
        let set = try await open(maximumSize: 600_000)
        let inbox = try await folder("INBOX", in: set)
        for number in 1...30 { try await save(number, size: 600, in: inbox, of: set) }
        try await set.finish()
        let dated = try await open(split: .year)
        try await save(31, at: 1_735_689_600, in: inbox, of: dated)
        try await dated.finish()
        func name(_ file: String) throws -> String? {
            let storage = try FileStorage(path: directory.path + "/" + file, mode: .read)
            return try StoreObject.read(storage).properties.string(.displayName)
        }
        #expect(try name("fredb.pst") == "Fred")
        #expect(try name("fredb-2.pst") == "Fred (2)")
        #expect(try name("fredb-2025.pst") == "Fred 2025")
        #expect(try await contents() == ["INBOX": Array(1...31)])
    }

    @Test("A generation is read as it was written")
    func generations() {
        for text in ["", "12-34", "=12-34;2=1-2", "2025-03=7-8"] { #expect(SetGeneration(text).text == text) }
        #expect(SetGeneration("=12-34;2=1-2")["2"] == "1-2")
        #expect(SetGeneration("12-34")[""] == "12-34")
    }
}
