import Glibc
import MailStore

/// Where journals are: product contract, section 6.
enum StateDirectory {
    /// `$XDG_STATE_HOME/mailbackup`; without it `/var/lib/mailbackup` for root and `~/.local/state/mailbackup` for others.
    /// - Throws: `.configuration` where there is no home directory.
    static func path() throws(StoreError) -> String {
        // A relative path is to be ignored (XDG Base Directory Specification).
        if let state = getenv("XDG_STATE_HOME").map({ String(cString: $0) }), state.hasPrefix("/") {
            return state + "/mailbackup"
        }
        if geteuid() == 0 { return "/var/lib/mailbackup" }
        guard let home = getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") else {
            throw StoreError(.configuration, "no directory for the journal: HOME is not set; give --journal FILE")
        }
        return home + "/.local/state/mailbackup"
    }

    /// The journal of a user.
    static func journal(of user: String) throws(StoreError) -> String { journal(of: user, in: try path()) }

    static func journal(of user: String, in directory: String) -> String {
        // A user's name is no path.
        let name = user.map { $0 == "/" || $0 == "\0" ? "_" : $0 }
        return "\(directory)/\(String(name)).sqlite"
    }

    /// Makes the directory of a file, with those above it, readable by their owner alone.
    /// - Throws: `.cannotCreate`.
    static func makeDirectory(of file: String) throws(StoreError) {
        guard let slash = file.lastIndex(of: "/"), slash != file.startIndex else { return }
        let directory = String(file[..<slash])
        guard access(directory, F_OK) != 0 else { return }
        try makeDirectory(of: directory)
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            let reason = String(cString: strerror(errno))
            throw StoreError(.cannotCreate, "\(directory): the directory of the journal cannot be made: \(reason)")
        }
    }

    /// Journals that are there, by user.
    /// - Parameter directory: nil: the usual one.
    static func journals(in directory: String? = nil) throws(StoreError) -> [(user: String, path: String)] {
        let directory = if let directory { directory } else { try path() }
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var found: [(user: String, path: String)] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(suffix), name.count > suffix.count else { continue }
            found.append((String(name.dropLast(suffix.count)), "\(directory)/\(name)"))
        }
        return found.sorted { $0.user < $1.user }
    }

    private static let suffix = ".sqlite"
}
