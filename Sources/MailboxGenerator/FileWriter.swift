import Glibc

/// A file could not be written.
struct WriteError: Error, CustomStringConvertible {
    let path: String
    let errorNumber: Int32

    init(_ path: String) {
        self.path = path
        errorNumber = errno
    }

    var description: String { "\(path): \(String(cString: strerror(errorNumber)))" }
}

/// Writes one file from start to end, through a buffer of 1 MB, so that a message of gigabytes needs no memory.
struct FileWriter: ~Copyable {
    private static let bufferSize = 1 << 20

    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private(set) var size = 0

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw WriteError(path) }
    }

    deinit {
        close(descriptor)
    }

    mutating func write(_ bytes: some Collection<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        size += bytes.count
        if buffer.count >= Self.bufferSize { try flush() }
    }

    mutating func write(_ text: String) throws {
        try write(text.utf8)
    }

    /// Writes what is left, and dates the file.
    mutating func finish(modified: Int) throws {
        try flush()
        let time = timespec(tv_sec: modified, tv_nsec: 0)
        let times = [time, time]
        guard futimens(descriptor, times) == 0 else { throw WriteError(path) }
    }

    private mutating func flush() throws {
        let failed = buffer.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { return true }
                done += count
            }
            return false
        }
        if failed { throw WriteError(path) }
        buffer.removeAll(keepingCapacity: true)
    }
}
