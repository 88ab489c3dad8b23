/// A ``Storage`` in memory: for tests, and for images that never become files.
public final class MemoryStorage: Storage {
    public let path: String
    public private(set) var bytes: [UInt8]

    public init(path: String = "memory", bytes: [UInt8] = []) {
        self.path = path
        self.bytes = bytes
    }

    public func size() throws(StorageError) -> UInt64 { UInt64(bytes.count) }

    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        guard offset <= UInt64(bytes.count), buffer.count <= bytes.count - Int(offset) else {
            throw StorageError(operation: .read, path: path, offset: offset, errno: 0)
        }
        bytes.withUnsafeBytes { source in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[Int(offset)..<Int(offset) + buffer.count]))
        }
    }

    public func write(_ source: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        let end = Int(offset) + source.count
        if end > bytes.count { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
        bytes.withUnsafeMutableBytes { target in
            UnsafeMutableRawBufferPointer(rebasing: target[Int(offset)..<end]).copyMemory(from: source)
        }
    }

    public func resize(to size: UInt64) throws(StorageError) {
        if size < UInt64(bytes.count) {
            bytes.removeLast(bytes.count - Int(size))
        } else {
            bytes.append(contentsOf: repeatElement(0, count: Int(size) - bytes.count))
        }
    }

    public func sync() throws(StorageError) {}
}
