import Foundation
import MAPI
import PSTStore
import TestSupport
import Testing

/// Items that people keep in several PSTs, and change.
@Suite("merge --replace-newer")
struct ReplaceNewerTests {
    private let place: BackupPlace
    private var base: String { place.path("base.pst") }

    init() throws {
        place = try BackupPlace(messages: 3)
    }

    /// A PST that nobody has copied from a source.
    private func write(_ name: String, _ items: PersonalItem...) async throws -> String {
        let path = place.path(name)
        let store = try PSTStore.create(at: path, options: PSTStoreOptions(displayName: name))
        try await PersonalItem.save(items, in: store)
        return path
    }

    private func lines(_ path: String) async throws -> [String] {
        try await PersonalItem.lines(of: try PSTSetSource.open(at: path))
    }

    private func merge(_ others: String..., options: [String] = ["--replace-newer"]) throws -> CommandRun {
        let run = try CommandRun.run(BuiltProgram.mailbackup, ["merge", base] + others + options)
        #expect(run.status == 0, "\(run.transcript)")
        try BackupPlace.expectSound(base)
        return run
    }

    @Test("A newer version takes the place of the older one, is told, and once is enough")
    func newer() async throws {
        _ = try await write("base.pst", PersonalItem(1, "old", modified: 0), PersonalItem(2, "other", modified: 0))
        let new = try await write(
            "new.pst", PersonalItem(1, "new", modified: 1), PersonalItem(3, "third", modified: 0))
        let run = try merge(new)
        #expect(run.outputText.contains(": 2 messages, 0 problems, 1 replaced"), "\(run.transcript)")
        #expect(try await lines(base) == ["Notes/1 new", "Notes/2 other", "Notes/3 third"])
        let again = try merge(new)
        #expect(again.outputText.contains(": 0 messages, 0 problems, 2 already there"), "\(again.transcript)")
        #expect(try await lines(base) == ["Notes/1 new", "Notes/2 other", "Notes/3 third"])
    }

    @Test("Of three versions the newest stays, whatever the order in which they are merged", arguments: [true, false])
    func newest(isInOrder: Bool) async throws {
        _ = try await write("base.pst", PersonalItem(1, "one", modified: 1))
        let second = try await write("2.pst", PersonalItem(1, "two", modified: 2))
        let third = try await write("3.pst", PersonalItem(1, "three", modified: 3))
        _ = try merge(isInOrder ? second : third)
        let run = try merge(isInOrder ? third : second)
        #expect(run.outputText.contains("1 replaced") == isInOrder, "\(run.transcript)")
        #expect(try await lines(base) == ["Notes/1 three"])
        _ = try merge(second, third)
        #expect(try await lines(base) == ["Notes/1 three"])
    }

    @Test("Versions that come in one merge replace one another")
    func together() async throws {
        _ = try await write("base.pst", PersonalItem(1, "one", modified: 1))
        let second = try await write("2.pst", PersonalItem(1, "two", modified: 2))
        let third = try await write("3.pst", PersonalItem(1, "three", modified: 3))
        _ = try merge(second, third)
        #expect(try await lines(base) == ["Notes/1 three"])
    }

    @Test("An older version is left out")
    func older() async throws {
        _ = try await write("base.pst", PersonalItem(1, "new", modified: 1))
        let run = try merge(try await write("old.pst", PersonalItem(1, "old", modified: 0)))
        #expect(run.outputText.contains(": 0 messages, 0 problems, 1 already there"), "\(run.transcript)")
        #expect(try await lines(base) == ["Notes/1 new"])
    }

    @Test("What says the same is left out, however new it is; versions of one time both stay")
    func equal() async throws {
        _ = try await write("base.pst", PersonalItem(1, "same", modified: 0), PersonalItem(2, "a", modified: 0))
        let other = try await write(
            "other.pst", PersonalItem(1, "same", modified: 1).with { $0.isRead = true },
            PersonalItem(2, "b", modified: 0))
        let run = try merge(other)
        #expect(run.outputText.contains(": 1 message, 0 problems, 1 already there"), "\(run.transcript)")
        #expect(try await lines(base) == ["Notes/1 same", "Notes/2 a", "Notes/2 b"])
    }

    @Test("What an item says is in all of its properties: a contact with another number is another version")
    func properties() async throws {
        let old = PersonalItem(1, "Anna", modified: 0).with { $0.messageClass = "IPM.Contact" }
        _ = try await write("base.pst", old)
        let number = PropertyTag(rawValue: 0x3A08_001F)
        var object = old.with { $0.modified = 1 }.object
        object.properties[number] = .string("+49 30 1234567")
        let other = place.path("other.pst")
        let store = try PSTStore.create(at: other, options: PSTStoreOptions(displayName: "other"))
        try await PersonalItem.save([(folder: "Notes", object: object)], in: store)
        let run = try merge(other)
        #expect(run.outputText.contains(": 1 message, 0 problems, 1 replaced"), "\(run.transcript)")
        let found = try await PersonalItem.objects(of: try PSTSetSource.open(at: base))
        #expect(found.map { $0.object.properties.string(number) } == ["+49 30 1234567"])
    }

    @Test("One of another class, in another folder, or with another key is another item")
    func otherItems() async throws {
        let old = PersonalItem(1, "old", modified: 0)
        _ = try await write("base.pst", old)
        let new = PersonalItem(1, "new", modified: 1)
        let run = try merge(
            try await write(
                "new.pst", new.with { $0.messageClass = "IPM.Task" }, new.with { $0.folder = "Elsewhere" },
                PersonalItem(2, "new", modified: 1)))
        #expect(run.outputText.contains(": 3 messages, 0 problems, "), "\(run.transcript)")
        #expect(!run.outputText.contains("replaced"), "\(run.transcript)")
        #expect(try await lines(base) == ["Elsewhere/1 new", "Notes/1 new", "Notes/1 old", "Notes/2 new"])
    }

    @Test("Where either PST has several of one key, all stay")
    func copies() async throws {
        let old = PersonalItem(1, "old", modified: 0)
        _ = try await write(
            "base.pst", old, PersonalItem(2, "x", modified: 0), PersonalItem(2, "y", modified: 0))
        let run = try merge(
            try await write("new.pst", old, PersonalItem(1, "copy", modified: 1), PersonalItem(2, "z", modified: 1)))
        #expect(run.outputText.contains(": 2 messages, 0 problems, 1 already there"), "\(run.transcript)")
        #expect(
            try await lines(base) == ["Notes/1 copy", "Notes/1 old", "Notes/2 x", "Notes/2 y", "Notes/2 z"])
    }

    @Test("Without the option both versions stay; with --dry-run it is told and nothing is written")
    func off() async throws {
        _ = try await write("base.pst", PersonalItem(1, "old", modified: 0))
        let new = try await write("new.pst", PersonalItem(1, "new", modified: 1))
        let dry = try merge(new, options: ["--replace-newer", "--dry-run", "--log-format", "json"])
        #expect(dry.outputText.contains("\"replaced\":1"), "\(dry.transcript)")
        #expect(try await lines(base) == ["Notes/1 old"])
        let run = try merge(new, options: [])
        #expect(run.outputText.contains(": 1 message, 0 problems"), "\(run.transcript)")
        #expect(!run.outputText.contains("replaced"), "\(run.transcript)")
        #expect(try await lines(base) == ["Notes/1 new", "Notes/1 old"])
    }

    @Test("What was copied from a source is never replaced, and stays the source's")
    func copied() async throws {
        let copy = try place.copy(to: base, "--since-state", "last")
        #expect(copy.status == 0, "\(copy.transcript)")
        let before = try await lines(base)
        // The same, edited in a PST of someone's own.
        let edited = try await PersonalItem.objects(of: try PSTSetSource.open(at: base)).map { folder, object in
            var edited = object
            edited.properties[.body] = .string("edited")
            edited.properties[.lastModificationTime] = .time(.now)
            return (folder: folder, object: edited)
        }
        let other = place.path("other.pst")
        let store = try PSTStore.create(at: other, options: PSTStoreOptions(displayName: "other"))
        try await PersonalItem.save(edited.filter { $0.object.properties.string(.subject) == "number 3" }, in: store)
        let run = try merge(other)
        #expect(run.outputText.contains(": 1 message, 0 problems"), "\(run.transcript)")
        #expect(!run.outputText.contains("replaced"), "\(run.transcript)")
        #expect(try await lines(base).filter { !$0.hasSuffix(" edited") } == before)
        let next = try place.copy(to: base, "--since-state", "last", "--deleted", "mirror")
        #expect(next.outputText.contains(": 0 messages, 0 problems, 3 already there"), "\(next.transcript)")
    }

    @Test(
        "Items of Outlook's own PSTs are replaced, and nothing else changes", .enabled(if: SharedMaterial.isAvailable))
    func outlook() async throws {
        let foreign = try #require(SharedMaterial.folder) + "/corpus/pst/sample1.pst"
        let items = try await PersonalItem.objects(of: try PSTSetSource.open(at: foreign))
        let keyed = Dictionary(grouping: items) { $0.object.properties.binary(.searchKey) ?? [] }
        let position = try #require(
            items.firstIndex { item in
                let key = item.object.properties.binary(.searchKey) ?? []
                return !item.folder.contains("/") && !key.isEmpty && keyed[key]?.count == 1
            })
        let store = try PSTStore.create(at: base, options: PSTStoreOptions(displayName: "base"))
        try await store.finish()
        _ = try CommandRun.run(BuiltProgram.mailbackup, ["merge", base, foreign])
        var newer = items[position]
        newer.object.properties[.body] = .string("edited")
        newer.object.properties[.lastModificationTime] = .time(.now)
        let other = place.path("other.pst")
        let own = try PSTStore.create(at: other, options: PSTStoreOptions(displayName: "other"))
        try await PersonalItem.save([newer], in: own)
        let before = try await lines(base)
        let run = try merge(other)
        #expect(run.outputText.contains("1 replaced"), "\(run.transcript)")
        let after = try await lines(base)
        #expect(after.count == before.count)
        #expect(after.filter { $0.hasSuffix(" edited") }.count == 1)
        #expect(Set(after).subtracting(before).count == 1)
    }
}
