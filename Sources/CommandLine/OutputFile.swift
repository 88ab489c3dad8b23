import Glibc
import MAPI
import MailStore

/// The PST to be written, looked at before anything is done.
enum OutputFile {
    /// - Returns: whether it exists already.
    /// - Throws: `.cannotCreate` where it is no file, or its directory is missing or not writable.
    static func check(_ path: String) throws(StoreError) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0 {
            guard stat(path, &status) == 0 else {
                throw StoreError(.cannotCreate, "\(path): a symbolic link to nothing")
            }
            guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError(.cannotCreate, "\(path): not a file") }
            guard try isPST(path) else {
                throw StoreError(.cannotCreate, "\(path): exists already, is no PST, and is not overwritten")
            }
            return true
        }
        try checkDirectory(of: path)
        return false
    }

    /// In bytes; nil where there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// When it was changed last; nil where there is none.
    static func changed(_ path: String) -> FileTime? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileTime(
            unixSeconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
    }

    /// Whether a file begins as every PST does: HEADER.dwMagic, [MS-PST] 2.2.2.6.
    private static func isPST(_ path: String) throws(StoreError) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw StoreError(errno == EACCES ? .accessDenied : .inputOutput, "\(path): cannot be opened: \(reason)")
        }
        defer { close(descriptor) }
        var magic = [UInt8](repeating: 0, count: 4)
        return pread(descriptor, &magic, 4, 0) == 4 && magic == Array("!BDN".utf8)
    }

    /// - Throws: `.cannotCreate` where no file of that name can be made.
    static func checkDirectory(of path: String) throws(StoreError) {
        var status = stat()
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.cannotCreate, "\(path): the directory \(directory) does not exist")
        }
        guard access(directory, W_OK | X_OK) == 0 else {
            throw StoreError(.cannotCreate, "\(path): the directory \(directory) is not writable")
        }
        guard !path.isEmpty, slash != path.index(before: path.endIndex) else {
            throw StoreError(.cannotCreate, "\(path): not the name of a file")
        }
    }
}
