import ArgumentParser
import Glibc
import IMAP
import IMAPStore
import MailStore
import Maildir

/// Where the mail is: `maildir:PATH[?layout=maildir++|fs]`, `imaps://HOST[:PORT]` or `imap://HOST[:PORT]`.
enum SourceURL: Hashable {
    /// - Parameter layout: nil: found out.
    case maildir(path: String, layout: MaildirLayout?)
    case server(ServerURL)

    private static let maildirScheme = "maildir:"

    init(_ text: String) throws {
        if let server = try ServerURL(text) {
            self = .server(server)
            return
        }
        guard text.hasPrefix(Self.maildirScheme) else {
            throw ValidationError("'\(text)' is no source: maildir:PATH, imaps://HOST and imap://HOST are known")
        }
        var path = String(text.dropFirst(Self.maildirScheme.count))
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
        self = .maildir(path: Self.expandingHome(path), layout: layout)
    }

    /// The shell leaves the "~" behind "maildir:" as it is.
    private static func expandingHome(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
        return String(cString: home) + path.dropFirst()
    }

    /// What the journal and the PST know the mailbox by; with whose rights it was read is no part of it.
    func name(user: String?) -> String {
        switch self {
        // As the store describes itself.
        case .maildir(let path, _): return "maildir:\(path)"
        case .server(let url):
            let server = url.server.description
            let host = server.firstRange(of: "://").map { server[$0.upperBound...] } ?? server[...]
            return "imap://\(user ?? "")@\(host)"
        }
    }

    /// The server, by which mailboxes are told apart that burden the same one; nil for files.
    var serverName: String? {
        guard case .server(let url) = self else { return nil }
        return url.server.description
    }

    /// - Parameters:
    ///   - user: whose mailbox; a Maildir is one's, whoever is named.
    ///   - connections: to a server, at most, where there is much to fetch.
    ///   - budget: what may be fetched together with other mailboxes.
    func open(
        user: String?, _ options: ServerOptions, connections: Int = 1, sharing budget: DownloadBudget? = nil
    ) async throws(StoreError) -> any SynchronizingStore {
        switch self {
        case .maildir(let path, let layout): return try MaildirStore(path: path, layout: layout)
        case .server(let server):
            var imapOptions = try options.imapOptions(server, user: user)
            imapOptions.connections = connections
            imapOptions.sharedBudget = budget
            return try await IMAPStore.connect(imapOptions)
        }
    }

    /// The Maildir of the local account `user`.
    /// - Parameter places: where a source was looked for before.
    /// - Throws: `.configuration` with all places where there is none.
    static func ofAccount(_ user: String, after places: [String] = []) throws(StoreError) -> SourceURL {
        func missing(_ place: String) -> StoreError {
            StoreError(
                .configuration,
                "no source for \(user): give --source URL, or a configuration; looked at "
                    + (places + [place]).joined(separator: ", "))
        }
        guard let account = getpwnam(user) else { throw missing("~\(user)/Maildir (no such account)") }
        let path = String(cString: account.pointee.pw_dir) + "/Maildir"
        guard access(path, F_OK) == 0 || errno != ENOENT else { throw missing("\(path) (does not exist)") }
        return .maildir(path: path, layout: nil)
    }
}
