import BinaryIO
import Glibc
import MailStore

/// A file that gets its name only when it is whole: until then it lies beside it under a name of its own.
struct PartialFile {
    let storage: FileStorage
    private let path: String
    private let partialPath: String

    /// - Throws: ``StoreError`` with code `cannotCreate` if `path` exists or its directory cannot be written.
    init(for path: String) throws(StoreError) {
        self.path = path
        guard access(path, F_OK) != 0 else {
            throw StoreError(.cannotCreate, "\(path) exists already, and is not overwritten")
        }
        let (directory, name) = Self.split(path)
        partialPath = "\(directory).\(name).\(getpid()).partial"
        do {
            storage = try FileStorage(path: partialPath, mode: .create)
        } catch {
            let code: StoreError.Code = error.errno == ENOSPC ? .inputOutput : .cannotCreate
            throw StoreError(code, "\(path) cannot be created: \(String(cString: strerror(error.errno)))")
        }
    }

    /// The directory with its last slash, and the name.
    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }

    /// Gives the file its name, if nothing has taken it meanwhile, durably.
    func publish() throws(StoreError) {
        // link(2), unlike rename(2), never replaces what is there.
        if link(partialPath, path) == 0 {
            unlink(partialPath)
        } else if errno == EEXIST {
            throw StoreError(.cannotCreate, "\(path) appeared during the run, and is not overwritten")
        } else if rename(partialPath, path) != 0 {
            // File systems without hard links.
            throw StoreError(.cannotCreate, "\(path) cannot be named: \(String(cString: strerror(errno)))")
        }
        let directory = Self.split(path).directory
        let descriptor = open(directory.isEmpty ? "." : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw StoreError(.inputOutput, "\(path): the directory could not be synced")
        }
    }

    /// Removes the unfinished file.
    func discard() {
        unlink(partialPath)
    }
}
