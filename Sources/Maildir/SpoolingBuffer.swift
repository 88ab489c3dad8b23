import BinaryIO
import Glibc

/// Collects decompressed bytes: in memory at first, beyond ``MaildirLimits/decompressedInMemory`` in a temporary
/// file without a name. Never more than ``MaildirLimits/decompressedSize``.
struct SpoolingBuffer: ~Copyable {
    private var memory: [UInt8] = []
    private var descriptor: Int32 = -1
    private var total = 0

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(CompressionError) {
        guard bytes.count <= MaildirLimits.decompressedSize - total else { throw .tooLarge }
        total += bytes.count
        if descriptor < 0 && total <= MaildirLimits.decompressedInMemory {
            memory.append(contentsOf: bytes)
            return
        }
        if descriptor < 0 {
            descriptor = try Self.openTemporaryFile()
            let held = memory
            memory = []
            try Self.write(held, to: descriptor)
        }
        try Self.write(bytes, to: descriptor)
    }

    consuming func finish() throws(CompressionError) -> MappedFile {
        guard descriptor >= 0 else { return memory.withUnsafeBytes { MappedFile(copying: $0) } }
        do {
            return try MappedFile.contents(of: descriptor, path: "temporary file")
        } catch {
            throw .spool(error.errno)
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(CompressionError) {
        let result = bytes.withUnsafeBytes { bytes -> Result<Void, CompressionError> in
            do throws(CompressionError) {
                return .success(try write(bytes, to: descriptor))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(CompressionError) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            let written = Glibc.write(descriptor, start, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw .spool(errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    private static func openTemporaryFile() throws(CompressionError) -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        // mkstemp(3) replaces six letters X.
        var template = Array("\(folder)/mailbackup.\(String(repeating: "X", count: 6))".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw .spool(errno) }
        unlink(&template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }
}
