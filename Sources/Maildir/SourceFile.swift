import Glibc

/// Opening what belongs to the source: read only, and without a trace — not even a new access time where the
/// file's owner or root asks (O_NOATIME); others leave one only where the file system keeps such times.
enum SourceFile {
    /// A path for system calls: bytes with a final zero.
    typealias Path = [UInt8]

    /// The descriptor, or -1 with `errno` set. Never blocks on a FIFO.
    static func open(_ path: Path, flags: Int32 = 0) -> Int32 {
        path.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { name in
                guard let name = name.baseAddress else { return -1 }
                let all = O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags
                while true {
                    var descriptor = Glibc.open(name, all | noAccessTime)
                    if descriptor < 0 && errno == EPERM { descriptor = Glibc.open(name, all) }
                    if descriptor >= 0 || errno != EINTR { return descriptor }
                }
            }
        }
    }

    /// O_NOATIME, which Glibc's module does not export.
    private static let noAccessTime: Int32 = 0o1_000_000

    static func status(of path: Path, followingLinks: Bool = true) -> stat? {
        var status = stat()
        let result = path.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { name -> Int32 in
                guard let name = name.baseAddress else { return -1 }
                return followingLinks ? stat(name, &status) : lstat(name, &status)
            }
        }
        return result == 0 ? status : nil
    }

    /// The first `limit` bytes of a small file; nil, with `errno` set, where it cannot be read.
    static func read(_ path: Path, limit: Int) -> [UInt8]? {
        let descriptor = open(path)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit, 1 << 16))
        while content.count < limit {
            let got = Glibc.read(descriptor, &chunk, min(chunk.count, limit - content.count))
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return nil }
            if got == 0 { break }
            content += chunk.prefix(got)
        }
        return content
    }
}

extension stat {
    var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
    var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
}
