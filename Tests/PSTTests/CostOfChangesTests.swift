import BinaryIO
import MAPI
import PST
import PSTNDB
import Testing

/// Counts what is written through it.
private final class CountingStorage: Storage {
    private let storage: MemoryStorage
    private(set) var written = 0

    init(_ storage: MemoryStorage) {
        self.storage = storage
    }

    var path: String { storage.path }

    func size() throws(StorageError) -> UInt64 { try storage.size() }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        try storage.read(into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        written += bytes.count
        try storage.write(bytes, at: offset)
    }

    func resize(to size: UInt64) throws(StorageError) { try storage.resize(to: size) }

    func sync() throws(StorageError) {}
}

@Suite("What a change of a PST costs")
struct CostOfChangesTests {
    private static let rows = 4000

    private static func message(_ number: Int) -> MessageObject {
        var message = MessageObject()
        message.properties[.subject] = .string("Subject \(number)")
        message.properties[.messageDeliveryTime] = .time(FileTime(unixSeconds: Int64(number)))
        message.properties[.body] = .string("Body")
        return message
    }

    @Test("is a part of the folder's tables, not all of them")
    func bytesWritten() throws {
        let memory = MemoryStorage()
        var file = try PSTFile.create(in: memory, displayName: "Cost", encoding: .permute)
        let (here, there) = (try file.addFolder(named: "Here").id, try file.addFolder(named: "There").id)
        var ids: [NodeID] = []
        for number in 0..<Self.rows { ids.append(try file.add(try file.build(Self.message(number)), to: here)) }
        try file.checkpoint()
        let tables = Self.rows * 350
        #expect(try memory.size() > UInt64(tables))

        func cost(_ change: (PSTFile) throws -> Void) throws -> Int {
            let counting = CountingStorage(memory)
            file = try PSTFile.open(in: counting, knownGeneration: file.generation)
            try change(file)
            try file.checkpoint()
            return counting.written
        }
        let adding = try cost { file in
            for number in 0..<10 { _ = try file.add(try file.build(Self.message(number)), to: here) }
        }
        let marking = try cost { file in
            var changes = PropertyChanges()
            changes.values[.messageFlags] = .integer32(MessageFlags.read.rawValue)
            try file.change(changes, of: ids[Self.rows / 2], in: here)
        }
        let moving = try cost { file in try file.move(ids[Self.rows / 3], from: here, to: there) }
        let deleting = try cost { file in try file.delete(ids[Self.rows / 4], from: here) }
        let renaming = try cost { file in try file.moveFolder(here, below: there, named: "Elsewhere") }
        let nothing = try cost { _ in }
        for bytes in [adding, marking, moving, deleting] { #expect(bytes < tables / 6) }
        #expect(renaming < 40_000)
        #expect(nothing == 0)
        #expect(try StoreModel.findings(memory) == [])
    }
}
