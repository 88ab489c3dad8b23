import Glibc
import MailStore

/// The PST to be written, looked at before anything is done.
enum OutputFile {
    /// - Throws: `.cannotCreate` where it exists, or its directory is missing or not writable.
    static func check(_ path: String) throws(StoreError) {
        var status = stat()
        if lstat(path, &status) == 0 {
            throw StoreError(.cannotCreate, "\(path): exists already, and is not overwritten")
        }
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.cannotCreate, "\(path): the directory \(directory) does not exist")
        }
        guard access(directory, W_OK | X_OK) == 0 else {
            throw StoreError(.cannotCreate, "\(path): the directory \(directory) is not writable")
        }
        if slash == path.index(before: path.endIndex) {
            throw StoreError(.cannotCreate, "\(path): not the name of a file")
        }
    }
}
