import Glibc
import MailStore

/// A file that is written as a whole: whoever reads it sees the old one or the new one.
enum ReplacedFile {
    /// - Throws: `.cannotCreate`, `.inputOutput`; the file is as it was then.
    static func write(_ text: String, to path: String) throws(StoreError) {
        let path = try target(path)
        try OutputFile.checkDirectory(of: path)
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        // Hidden, and with another ending: those who collect *.prom do not see it.
        let temporary = "\(path[..<slash]).\(path[slash...]).\(getpid())"
        // What a process of this number left behind.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw failure(path, "cannot be created") }
        let output = Output(descriptor: descriptor)
        output.write(text)
        var reason = output.failure
        if reason == 0, fsync(descriptor) != 0 { reason = errno }
        if close(descriptor) != 0, reason == 0 { reason = errno }
        if reason == 0, rename(temporary, path) != 0 { reason = errno }
        guard reason == 0 else {
            unlink(temporary)
            errno = reason
            throw failure(path, "cannot be written")
        }
    }

    /// The file itself where `path` is a link to one.
    private static func target(_ path: String) throws(StoreError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return path }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError(.cannotCreate, "\(path): not a file") }
        guard let resolved = realpath(path, nil) else { throw failure(path, "cannot be replaced") }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func failure(_ path: String, _ what: String) -> StoreError {
        let number = errno
        let reason = String(cString: strerror(number))
        let code: StoreError.Code = [ENOSPC, EDQUOT, EIO, EFBIG].contains(number) ? .inputOutput : .cannotCreate
        return StoreError(code, "\(path): \(what): \(reason)")
    }
}
