import Glibc

/// Where bytes go, in order.
public protocol ByteSink {
    /// Takes all of `bytes`.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError)
}

extension ByteSink {
    public mutating func write(_ bytes: [UInt8]) throws(StorageError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(StorageError) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }
}

/// Keeps everything in memory.
public struct ArraySink: ByteSink, Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func write(_ bytes: UnsafeRawBufferPointer) {
        self.bytes.append(contentsOf: bytes)
    }
}

/// Writes to an open file, which stays open. Every call is a system call: callers collect.
public struct FileDescriptorSink: ByteSink, Sendable {
    public let descriptor: Int32
    /// A name for messages to people.
    public let path: String
    /// Bytes written so far.
    public private(set) var count: UInt64 = 0

    public init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        guard let base = bytes.baseAddress else { return }
        var position = 0
        while position < bytes.count {
            let written = Glibc.write(descriptor, base + position, bytes.count - position)
            if written < 0 {
                let code = errno
                if code == EINTR { continue }
                throw StorageError(operation: .write, path: path, offset: count, errno: code)
            }
            position += written
            count += UInt64(written)
        }
    }
}
