import BinaryIO
import MAPI
import PST
import PSTNDB
import TestSupport
import Testing

/// A random history of a PST, and the model of it.
struct StoreHistory {
    let storage: any Storage
    var file: PSTFile
    var model = StoreModel()
    var committed = StoreModel()
    /// The numbers of all messages there ever were.
    var numbers: [NodeID: Int] = [:]
    var next = 0
    /// Shapes of ``SampleMessages`` that occur: the later, the larger.
    let shapes: Int
    var random: SeededGenerator

    init(seed: UInt64, in storage: any Storage, shapes: Int = 43) throws {
        self.storage = storage
        self.shapes = shapes
        random = SeededGenerator(seed: seed)
        file = try PSTFile.create(
            in: storage, displayName: "History",
            encoding: [.none, .permute, .cyclic][Int(seed % 3)])
        try file.checkpoint()
        let basket = try #require(file.deletedItems)
        model.folders[basket] = StoreModel.Folder(name: "Deleted Items", parent: file.topFolder)
        committed = model
    }

    /// Goes on with a PST that is there.
    /// - Parameter history: of which it holds what `model` says.
    init(continuing history: StoreHistory, as model: StoreModel, in storage: any Storage, seed: UInt64) throws {
        self.storage = storage
        shapes = history.shapes
        random = SeededGenerator(seed: seed)
        numbers = history.numbers
        next = history.next
        file = try PSTFile.open(in: storage)
        self.model = model
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

    mutating func addFolder() throws {
        let parent = Bool.random(using: &random) ? file.topFolder : try anyFolder()
        let names = ["Eins", "eins", "Zwei/drei", "日本", "  Rand ", "x"]
        let added = try file.addFolder(named: names.randomElement(using: &random) ?? "x", below: parent)
        model.folders[added.id] = StoreModel.Folder(name: added.name, parent: parent)
    }

    mutating func addMessage() throws {
        let folder = try anyFolder()
        let number = next
        next += 1
        let message = self.message(number)
        try file.register(MessageBuilder.unknownNames(in: message, file.names))
        let id = try file.add(try file.build(message), to: folder)
        numbers[id] = number
        model.messages[id] = StoreModel.Message(
            folder: folder, number: number, isRead: number % 2 == 0, keywords: ["Eins", "Zwei"])
    }

    /// Of every shape, and small.
    private func message(_ number: Int) -> MessageObject {
        var message = SampleMessages.message(number % shapes)
        message.properties[.body] = .string(String(repeating: "Zeile\r\n", count: number % 7 * 100))
        message.properties[.internetMessageId] = .string("<\(number)@example.org>")
        message.properties[.messageFlags] = .integer32(number % 2 == 0 ? 1 : 0)
        return message
    }

    mutating func changeMessage() throws {
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

    mutating func moveMessage() throws {
        guard let id = anyMessage(), let message = model.messages[id] else { return }
        let target = try anyFolder()
        try file.move(id, from: message.folder, to: target)
        model.messages[id]?.folder = target
    }

    mutating func deleteMessage() throws {
        guard let id = anyMessage(), let message = model.messages.removeValue(forKey: id) else { return }
        try file.delete(id, from: message.folder)
        #expect(throws: PSTError.self) { try file.delete(id, from: message.folder) }
    }

    mutating func moveFolder() throws {
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

    mutating func deleteFolder() throws {
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
}
