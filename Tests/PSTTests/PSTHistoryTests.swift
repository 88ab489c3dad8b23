import BinaryIO
import MAPI
import PST
import PSTNDB
import TestSupport
import Testing

@Suite("A PST that is opened and changed")
struct PSTHistoryTests {
    @Test(
        "is what a model says after any history of changes, checkpoints and reopenings, and sound",
        arguments: [UInt64(1), 2, 3, 4, 5])
    func histories(seed: UInt64) throws {
        var history = try History(seed: seed)
        for step in 0..<200 {
            do {
                try history.step()
                if step % 40 == 39 { try history.checkpointAndCompare() }
            } catch {
                Issue.record("seed \(seed), step \(step): \(error)")
                return
            }
        }
        try history.checkpointAndCompare()
        let directory = try TemporaryDirectory()
        let path = directory.path + "/history.pst"
        try history.write(to: path)
        if let complaints = try StrictChecker.complaints(about: path) {
            #expect(complaints == "", "seed \(seed)")
        }
    }
}

/// A random history of a PST, and the model of it.
private struct History {
    let storage = MemoryStorage()
    var file: PSTFile
    var model = StoreModel()
    var committed = StoreModel()
    /// The numbers of all messages there ever were.
    var numbers: [NodeID: Int] = [:]
    var next = 0
    var random: SeededGenerator

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        file = try PSTFile.create(
            in: storage, displayName: "History",
            encoding: [.none, .permute, .cyclic][Int(seed % 3)])
        try file.checkpoint()
        let basket = try #require(file.deletedItems)
        model.folders[basket] = StoreModel.Folder(name: "Deleted Items", parent: file.topFolder)
        committed = model
    }

    private mutating func anyFolder() throws -> NodeID {
        try #require(model.folders.keys.sorted().randomElement(using: &random))
    }

    private mutating func anyMessage() -> NodeID? { model.messages.keys.sorted().randomElement(using: &random) }

    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<8: try addFolder()
        case 8..<40: try addMessage()
        case 40..<62: try changeMessage()
        case 62..<76: try moveMessage()
        case 76..<86: try deleteMessage()
        case 86..<92: try moveFolder()
        case 92..<95: try deleteFolder()
        case 95..<97: try noteFolder()
        case 97:
            try file.checkpoint()
            committed = model
        case 98:
            try checkpointAndCompare()
            try reopen()
        default: try reopen()
        }
    }

    private mutating func addFolder() throws {
        let parent = Bool.random(using: &random) ? file.topFolder : try anyFolder()
        let names = ["Eins", "eins", "Zwei/drei", "日本", "  Rand ", "x"]
        let added = try file.addFolder(named: names.randomElement(using: &random) ?? "x", below: parent)
        model.folders[added.id] = StoreModel.Folder(name: added.name, parent: parent)
    }

    private mutating func addMessage() throws {
        let folder = try anyFolder()
        let number = next
        next += 1
        let message = Self.message(number)
        try file.register(MessageBuilder.unknownNames(in: message, file.names))
        let id = try file.add(try file.build(message), to: folder)
        numbers[id] = number
        model.messages[id] = StoreModel.Message(
            folder: folder, number: number, isRead: number % 2 == 0, keywords: ["Eins", "Zwei"])
    }

    /// Of every shape, and small.
    private static func message(_ number: Int) -> MessageObject {
        var message = SampleMessages.message(number % 43)
        message.properties[.body] = .string(String(repeating: "Zeile\r\n", count: number % 7 * 100))
        message.properties[.internetMessageId] = .string("<\(number)@example.org>")
        message.properties[.messageFlags] = .integer32(number % 2 == 0 ? 1 : 0)
        return message
    }

    private mutating func changeMessage() throws {
        guard let id = anyMessage(), var message = model.messages[id] else { return }
        var changes = PropertyChanges()
        if Bool.random(using: &random) {
            message.isRead.toggle()
            let old = try file.properties([.messageFlags], [], of: id, in: message.folder)
            var flags = MessageFlags(rawValue: old.integer32(.messageFlags) ?? 0)
            if message.isRead { flags.insert(.read) } else { flags.remove(.read) }
            changes.values[.messageFlags] = .integer32(flags.rawValue)
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            message.keywords = []
            changes.removedNames.append(StoreModel.keywords)
        case 1:
            message.keywords = (0..<Int.random(in: 1...90, using: &random)).map { "Stichwort \($0)" }
            changes.values[StoreModel.keywords] = .multipleString(message.keywords)
        case 2:
            message.marker = String(repeating: "m", count: Int.random(in: 1...3000, using: &random))
            changes.values[StoreModel.marker] = message.marker.map { .string($0) }
        default:
            message.marker = nil
            changes.removedNames.append(StoreModel.marker)
        }
        try file.change(changes, of: id, in: message.folder)
        model.messages[id] = message
    }

    private mutating func moveMessage() throws {
        guard let id = anyMessage(), let message = model.messages[id] else { return }
        let target = try anyFolder()
        try file.move(id, from: message.folder, to: target)
        model.messages[id]?.folder = target
    }

    private mutating func deleteMessage() throws {
        guard let id = anyMessage(), let message = model.messages.removeValue(forKey: id) else { return }
        try file.delete(id, from: message.folder)
        #expect(throws: PSTError.self) { try file.delete(id, from: message.folder) }
    }

    private mutating func moveFolder() throws {
        let id = try anyFolder()
        let parent = Bool.random(using: &random) ? file.topFolder : try anyFolder()
        guard !model.isBelow(parent, id) else {
            #expect(throws: PSTError.self) { try file.moveFolder(id, below: parent, named: "Knoten") }
            return
        }
        let names = ["Umbenannt", "EINS", "y\u{1}y"]
        let name = try file.moveFolder(id, below: parent, named: names.randomElement(using: &random) ?? "y")
        model.folders[id]?.name = name
        model.folders[id]?.parent = parent
    }

    private mutating func deleteFolder() throws {
        let id = try anyFolder()
        let isEmpty = model.isEmpty(id) && id != file.deletedItems
        #expect(try file.deleteFolder(id) == isEmpty)
        if isEmpty { model.folders[id] = nil }
    }

    private mutating func noteFolder() throws {
        let id = try anyFolder()
        let note = "note \(next)"
        try file.setProperty(StoreModel.note, .string(note), of: id)
        model.folders[id]?.note = note
    }

    mutating func checkpointAndCompare() throws {
        try file.checkpoint()
        committed = model
        try compare()
    }

    /// What was not checkpointed is lost.
    private mutating func reopen() throws {
        file = try PSTFile.open(in: storage)
        model = committed
        try compare()
    }

    private func compare() throws {
        let found = try StoreModel.read(storage, known: numbers)
        #expect(found.folders == committed.folders)
        #expect(found.messages == committed.messages)
        #expect(try StoreModel.findings(storage) == [])
    }

    func write(to path: String) throws {
        let target = try FileStorage(path: path, mode: .create)
        try storage.bytes.withUnsafeBytes { bytes in try target.write(bytes, at: 0) }
    }
}
