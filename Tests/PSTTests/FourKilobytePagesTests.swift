import BinaryIO
import PST
import PSTNDB
import Testing

@Suite("A store with pages of 4 KB and compressed blocks")
struct FourKilobytePagesTests {
    @Test("is read like any other")
    func messages() throws {
        let (storage, ids) = try PSTReaderRoundTripTests.store(1..<6, encoding: .none)
        let reader = try PSTReader.open(MemoryStorage(bytes: FourKilobytePages.converted(storage)))
        #expect(reader.format == .unicode4K)
        #expect(reader.problems == [])
        #expect(reader.folderTree().folders.map(\.path) == [["Inbox"], ["Inbox", "Deep/er"], ["Deleted Items"]])
        for (position, id) in ids.enumerated() {
            let message = try reader.message(id)
            #expect(message.problems == [])
            #expect(try PSTReaderRoundTripTests.differences(SampleMessages.message(position + 1), message.object) == [])
        }
    }

    @Test("with a damaged zlib stream says so")
    func damaged() throws {
        let (storage, ids) = try PSTReaderRoundTripTests.store(1..<3, encoding: .none)
        var bytes = try FourKilobytePages.converted(storage)
        for start in stride(from: 0x22000, to: bytes.count, by: 512) where bytes[start] == 0x78 { bytes[start] = 0x79 }
        let reader = try PSTReader.open(MemoryStorage(bytes: bytes), options: PSTReaderOptions(isLenient: true))
        let error = try #require(throws: PSTError.self) { try reader.message(ids[0]) }
        #expect(error.description.hasPrefix("BLOCK.data at 0x"))
    }
}
