// A libFuzzer target for the PST reader; `Scripts/fuzz` builds and runs it.
//
// An input is no PST but a list of changes to one: the first byte picks a base file, then each change is three bytes
// that say where, one with the number of bytes (its low two bits) and those bytes. Places are counted over the bytes in
// use only. Small inputs so reach every structure, and the reader, which is told to accept wrong checksums, looks at
// what was changed instead of refusing it.
import BinaryIO
import Glibc
import MAPI
import PST
import PSTNDB

/// A base file and where it has something.
private struct Base {
    let storage: MemoryStorage
    let places: [Int]
}

nonisolated(unsafe) private let bases: [Base] = {
    guard let list = getenv("FUZZ_BASES") else { return [] }
    return String(cString: list).split(separator: ":").compactMap { path in
        guard let file = try? FileStorage(path: String(path), mode: .read), let size = try? file.size() else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        guard (try? bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }) != nil else { return nil }
        // The maps of old caches in the header are of no interest.
        let places = bytes.indices.filter { bytes[$0] != 0 && !(256..<512).contains($0) }
        return Base(storage: MemoryStorage(bytes: bytes), places: places)
    }
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count > 0, !bases.isEmpty else { return 0 }
    let input = UnsafeBufferPointer(start: start, count: count)
    let base = bases[Int(input[0]) % bases.count]
    var undo: [(place: UInt64, byte: UInt8)] = []
    var position = 1
    while position + 4 < count {
        let place = Int(input[position]) << 16 | Int(input[position + 1]) << 8 | Int(input[position + 2])
        let length = Int(input[position + 3] & 3) + 1
        position += 4
        let first = base.places[place % base.places.count]
        for offset in 0..<length where position < count && first + offset < base.storage.bytes.count {
            undo.append((UInt64(first + offset), base.storage.bytes[first + offset]))
            withUnsafeBytes(of: input[position]) { try? base.storage.write($0, at: UInt64(first + offset)) }
            position += 1
        }
    }
    readEverything(base.storage)
    for change in undo.reversed() {
        withUnsafeBytes(of: change.byte) { try? base.storage.write($0, at: change.place) }
    }
    return 0
}

private func readEverything(_ storage: MemoryStorage) {
    guard let reader = try? PSTReader.open(storage, options: PSTReaderOptions(isLenient: true)) else { return }
    _ = reader.usualCodePage()
    let tree = reader.folderTree()
    for folder in tree.folders + tree.hidden {
        for row in reader.contents(of: folder.id).rows {
            guard let message = try? reader.message(row.id) else { continue }
            drain(message.object)
        }
    }
}

private func drain(_ message: MessageObject) {
    for attachment in message.attachments {
        switch attachment.content {
        case .message(let inner): drain(inner)
        case .stream(let stream):
            var reader = stream.makeReader()
            withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
                while let count = try? reader.read(into: buffer), count > 0 {}
            }
        case .none, .bytes, .storage: break
        }
    }
}
