public import BinaryIO

/// A storage whose n-th write, resize or sync fails, and every one after it.
public final class FailingStorage: Storage {
    private let storage: any Storage
    private var remaining: Int

    /// - Parameter successes: the calls that still succeed.
    public init(_ storage: any Storage, successes: Int) {
        self.storage = storage
        remaining = successes
    }

    public var path: String { storage.path }

    private func spend(_ operation: StorageError.Operation, at offset: UInt64? = nil) throws(StorageError) {
        guard remaining > 0 else { throw StorageError(operation: operation, path: path, offset: offset, errno: 28) }
        remaining -= 1
    }

    public func size() throws(StorageError) -> UInt64 { try storage.size() }

    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        try storage.read(into: buffer, at: offset)
    }

    public func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        try spend(.write, at: offset)
        try storage.write(bytes, at: offset)
    }

    public func resize(to size: UInt64) throws(StorageError) {
        try spend(.resize)
        try storage.resize(to: size)
    }

    public func sync() throws(StorageError) {
        try spend(.sync)
        try storage.sync()
    }
}
