import BinaryIO
import Glibc
import MailStore

/// A file that gets its name only when there is something valid in it: until then it lies beside its place under a name
/// of its own. Nobody else can write to it in the meantime or afterwards.
struct PartialFile {
    let storage: FileStorage
    let lock: FileLock
    private let path: String
    private let partialPath: String

    private static let suffix = ".partial"

    /// - Throws: ``StoreError`` with code `cannotCreate` if `path` exists or its directory cannot be written.
    init(for path: String) throws(StoreError) {
        self.path = path
        guard access(path, F_OK) != 0 else {
            throw StoreError(.cannotCreate, "\(path) exists already, and is not overwritten")
        }
        let (directory, name) = Self.split(path)
        Self.removeLitter(in: directory, of: name)
        partialPath = "\(directory).\(name).\(getpid())\(Self.suffix)"
        do {
            storage = try FileStorage(path: partialPath, mode: .create)
        } catch {
            let code: StoreError.Code = error.errno == ENOSPC ? .inputOutput : .cannotCreate
            throw StoreError(code, "\(path) cannot be created: \(String(cString: strerror(error.errno)))")
        }
        do {
            lock = try FileLock(path: partialPath, shownAs: path)
        } catch {
            unlink(partialPath)
            throw error
        }
    }

    /// The directory with its last slash, and the name.
    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }

    /// Removes what runs left that were killed within the moment before the file got its name.
    private static func removeLitter(in directory: String, of name: String) {
        guard let stream = opendir(directory.isEmpty ? "." : directory) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let found = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard found.hasPrefix(".\(name)."), found.hasSuffix(suffix),
                let middle = String(found.utf8.dropFirst(name.utf8.count + 2).dropLast(suffix.utf8.count)),
                let process = Int32(middle),
                kill(process, 0) != 0, errno == ESRCH,
                (try? FileLock(path: directory + found, shownAs: found)) != nil
            else { continue }
            unlink(directory + found)
        }
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

    /// Removes the file, whichever name it has.
    func discard() {
        unlink(partialPath)
        if lock.isAt(path) { unlink(path) }
    }
}
