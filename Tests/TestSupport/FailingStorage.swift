public import BinaryIO

/// A storage whose n-th write, resize or sync fails with ENOSPC, and a number of those after it.
public final class FailingStorage: Storage {
    private let storage: any Storage
    private var remaining: Int
    private var failures: Int

    /// - Parameters:
    ///   - successes: the calls that still succeed.
    ///   - failures: the calls that fail then; after these, all succeed.
    public init(_ storage: any Storage, successes: Int, failures: Int = .max) {
        self.storage = storage
        remaining = successes
        self.failures = failures
    }

    public var path: String { storage.path }

    private func spend(_ operation: StorageError.Operation, at offset: UInt64? = nil) throws(StorageError) {
        if remaining > 0 {
            remaining -= 1
        } else if failures > 0 {
            failures -= 1
            throw StorageError(operation: operation, path: path, offset: offset, errno: 28)
        }
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
