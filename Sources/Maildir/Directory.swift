import Glibc

/// An open directory, read entry by entry.
final class Directory {
    private let stream: OpaquePointer
    /// For `fstatat`; closed with this object.
    let descriptor: Int32

    /// nil, with `errno` set, where `path` cannot be opened as a directory.
    init?(_ path: SourceFile.Path) {
        let descriptor = SourceFile.open(path, flags: O_DIRECTORY)
        guard descriptor >= 0 else { return nil }
        guard let stream = fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            errno = code
            return nil
        }
        self.stream = stream
        self.descriptor = descriptor
    }

    deinit { closedir(stream) }

    /// Calls `body` with each name except "." and ".."; the names are gone when it returns.
    /// - Returns: 0, or the `errno` that ended the reading early.
    func forEachName(_ body: (UnsafeBufferPointer<UInt8>) -> Void) -> Int32 {
        rewinddir(stream)
        while true {
            errno = 0
            guard let entry = readdir(stream) else { return errno }
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                let bytes = UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self)
                let length = strlen(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
                let dot = UInt8(ascii: ".")
                if bytes[0] == dot && (length == 1 || (length == 2 && bytes[1] == dot)) { return }
                body(UnsafeBufferPointer(start: bytes, count: length))
            }
        }
    }
}

extension stat {
    /// Nanoseconds since 1970; the ends of the range for times beyond it.
    var modificationNanoseconds: Int64 {
        let (scaled, overflow) = Int64(st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return st_mtim.tv_sec < 0 ? .min : .max }
        return scaled.addingReportingOverflow(Int64(st_mtim.tv_nsec)).partialValue
    }
}

/// Whether a directory's modification time, in nanoseconds since 1970, is so new that a further change may leave
/// it as it is; what was read of the directory is then no proof of anything.
func isRecent(_ modificationTime: Int64?) -> Bool {
    var now = timespec()
    guard let modificationTime, clock_gettime(CLOCK_REALTIME, &now) == 0 else { return false }
    let nanoseconds = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    let (age, overflow) = nanoseconds.subtractingReportingOverflow(modificationTime)
    return !overflow && age >= 0 && age < MaildirLimits.timestampTick
}
