import Glibc

/// Collects bytes whose number is known beforehand: few in memory, many in a temporary file without a name.
public struct SpooledBytes: ~Copyable {
    private let count: Int
    private var taken = 0
    private var memory: UnsafeMutableRawPointer?
    private var descriptor: Int32 = -1

    /// - Parameters:
    ///   - count: bytes that will come.
    ///   - inMemory: more than so many go to a file in `TMPDIR`, by default `/var/tmp`.
    public init(count: Int, inMemory: Int) throws(SpoolError) {
        self.count = max(count, 0)
        if self.count > inMemory {
            descriptor = try Self.openTemporaryFile()
        } else if self.count > 0 {
            memory = UnsafeMutableRawPointer.allocate(byteCount: self.count, alignment: 16)
        }
    }

    deinit {
        memory?.deallocate()
        if descriptor >= 0 { close(descriptor) }
    }

    /// Bytes still to come.
    public var missing: Int { count - taken }

    /// Takes from the front of `input` what belongs here.
    /// - Returns: whether everything has come.
    public mutating func append(_ input: inout UnsafeRawBufferPointer) throws(SpoolError) -> Bool {
        let length = min(input.count, missing)
        if length > 0, let start = input.baseAddress {
            if let memory {
                (memory + taken).copyMemory(from: start, byteCount: length)
            } else {
                try write(UnsafeRawBufferPointer(start: start, count: length))
            }
            taken += length
            input = UnsafeRawBufferPointer(rebasing: input[length...])
        }
        return taken == count
    }

    /// What was collected.
    public consuming func finish() throws(SpoolError) -> MappedFile {
        if descriptor >= 0 {
            do {
                return try MappedFile.contents(of: descriptor, path: "temporary file")
            } catch {
                throw SpoolError(errno: error.errno)
            }
        }
        let file = MappedFile(adopting: memory, count: taken)
        memory = nil
        return file
    }

    /// A copy of `bytes` in a temporary file, whatever their number.
    public static func file(holding bytes: UnsafeRawBufferPointer) throws(SpoolError) -> MappedFile {
        var spool = try SpooledBytes(count: bytes.count, inMemory: 0)
        var input = bytes
        _ = try spool.append(&input)
        return try spool.finish()
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(SpoolError) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            let written = Glibc.write(descriptor, start, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw SpoolError(errno: errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    private static func openTemporaryFile() throws(SpoolError) -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        // mkstemp(3) replaces six letters X.
        var template = Array("\(folder)/mailbackup.\(String(repeating: "X", count: 6))".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw SpoolError(errno: errno) }
        unlink(&template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }
}

/// A temporary file could not be written or read.
public struct SpoolError: Error, Hashable, Sendable {
    public let errno: Int32
}
