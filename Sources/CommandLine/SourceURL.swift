import ArgumentParser
import Glibc
import MailStore
import Maildir

/// Where the mail is: `maildir:PATH[?layout=maildir++|fs]`.
struct SourceURL: Hashable {
    let path: String
    /// nil: found out.
    let layout: MaildirLayout?

    static let scheme = "maildir:"

    init(path: String, layout: MaildirLayout? = nil) {
        self.path = path
        self.layout = layout
    }

    init(_ text: String) throws {
        guard text.hasPrefix(Self.scheme) else {
            throw ValidationError("'\(text)' is no source: only maildir:PATH is known")
        }
        var path = String(text.dropFirst(Self.scheme.count))
        var layout: MaildirLayout?
        // A question mark may stand in a path: a query has a key and a value.
        if let mark = path.lastIndex(of: "?"), path[mark...].contains("="), !path[mark...].contains("/") {
            let query = path[path.index(after: mark)...].split(separator: "=", maxSplits: 1).map(String.init)
            guard query.first == "layout", query.count == 2, let known = MaildirLayout(rawValue: query[1]) else {
                throw ValidationError(
                    "'\(path[mark...])' in '\(text)': only ?layout=maildir++ and ?layout=fs are known")
            }
            layout = known
            path = String(path[..<mark])
        }
        guard !path.isEmpty else { throw ValidationError("'\(text)' names no directory") }
        self.path = Self.expandingHome(path)
        self.layout = layout
    }

    /// The shell leaves the "~" behind "maildir:" as it is.
    private static func expandingHome(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
        return String(cString: home) + path.dropFirst()
    }

    func open() throws(StoreError) -> MaildirStore {
        try MaildirStore(path: path, layout: layout)
    }

    /// The Maildir of the local account `user`.
    static func ofAccount(_ user: String) throws(StoreError) -> SourceURL {
        func missing(_ place: String) -> StoreError {
            StoreError(
                .configuration,
                "no source for \(user): give --source maildir:PATH; looked at \(place)")
        }
        guard let account = getpwnam(user) else { throw missing("~\(user)/Maildir (no such account)") }
        let path = String(cString: account.pointee.pw_dir) + "/Maildir"
        guard access(path, F_OK) == 0 || errno != ENOENT else { throw missing("\(path) (does not exist)") }
        return SourceURL(path: path)
    }
}
