/// Why a storage could not do what was asked.
public struct StorageError: Error, Hashable, Sendable {
    public enum Operation: String, Sendable {
        case open, read, write, resize, sync
    }

    public let operation: Operation
    /// The file, as given by the user.
    public let path: String
    /// Byte offset of the operation, where there is one.
    public let offset: UInt64?
    /// `errno`; 0 where a read met the end of the file.
    public let errno: Int32

    public init(operation: Operation, path: String, offset: UInt64? = nil, errno: Int32) {
        self.operation = operation
        self.path = path
        self.offset = offset
        self.errno = errno
    }
}

/// Everything that writes a PST goes through this, so that tests own the disk: they fail the n-th call, drop
/// or tear unsynced writes, and replay what is left.
///
/// Offsets and sizes are bytes. Writes beyond the end extend the storage; a gap reads as zeros.
/// A write is durable only after a ``sync()`` that returned.
public protocol Storage: AnyObject {
    /// A name for messages to people.
    var path: String { get }
    /// Size in bytes.
    func size() throws(StorageError) -> UInt64
    /// Fills `buffer` wholly from `offset`; an end before that is an error with errno 0.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError)
    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError)
    /// Cuts or extends (with zeros) to `size` bytes.
    func resize(to size: UInt64) throws(StorageError)
    /// Returns once all that was written is on stable storage.
    func sync() throws(StorageError)
}
