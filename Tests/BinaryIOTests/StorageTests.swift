import BinaryIO
import TestSupport
import Testing

@Suite("Every storage")
struct StorageTests {
    private func storages() throws -> (TemporaryDirectory, [any Storage]) {
        let directory = try TemporaryDirectory()
        return (directory, [MemoryStorage(), try FileStorage(path: directory.path + "/file", mode: .create)])
    }

    private func bytes(of storage: any Storage, at offset: UInt64, count: Int) throws -> [UInt8] {
        var result = [UInt8](repeating: 0xEE, count: count)
        try result.withMutableBytes { (buffer) throws(StorageError) in try storage.read(into: buffer, at: offset) }
        return result
    }

    private func write(_ bytes: [UInt8], at offset: UInt64, to storage: any Storage) throws {
        try bytes.withBytes { (buffer) throws(StorageError) in try storage.write(buffer, at: offset) }
    }

    @Test("gives back what was written, and zeros in a gap")
    func readsWhatWasWritten() throws {
        let (directory, all) = try storages()
        for storage in all {
            try write([1, 2, 3], at: 10, to: storage)
            try write([9], at: 11, to: storage)
            #expect(try storage.size() == 13)
            #expect(try bytes(of: storage, at: 8, count: 5) == [0, 0, 1, 9, 3])
            try storage.resize(to: 11)
            try storage.resize(to: 14)
            #expect(try bytes(of: storage, at: 9, count: 5) == [0, 1, 0, 0, 0])
            try storage.sync()
        }
        withExtendedLifetime(directory) {}
    }

    @Test("refuses to read beyond its end, and says where")
    func readBeyondEnd() throws {
        let (directory, all) = try storages()
        for storage in all {
            try write([1, 2, 3], at: 0, to: storage)
            let error = #expect(throws: StorageError.self) { try bytes(of: storage, at: 1, count: 3) }
            #expect(error?.operation == .read)
            #expect(error?.offset == 1)
        }
        withExtendedLifetime(directory) {}
    }

    @Test("A new file is never made over an old one")
    func createsNothingOver() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        _ = try FileStorage(path: path, mode: .create)
        let error = #expect(throws: StorageError.self) { try FileStorage(path: path, mode: .create) }
        #expect(error?.operation == .open)
        #expect(error?.errno == 17)
    }
}
