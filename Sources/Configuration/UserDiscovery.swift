import Glibc
import MailStore

/// Users found by their Maildirs: `maildir:/home/*/Maildir`, where "*" is the user.
enum UserDiscovery {
    private static let scheme = "maildir:"

    /// - Returns: users, sorted; nil where the pattern is none: one "*" is needed, and a Maildir.
    static func users(_ pattern: String) -> [String]? {
        guard let (before, after) = parts(pattern) else { return nil }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(escaped(before) + "*" + escaped(after), 0, nil, &found) == 0 else { return [] }
        var users: [String] = []
        for index in 0..<Int(found.gl_pathc) {
            guard let pointer = found.gl_pathv[index] else { continue }
            // A name that is no UTF-8 is nobody's.
            guard let path = String(validatingCString: pointer), isDirectory(path) else { continue }
            users.append(String(path.dropFirst(before.count).dropLast(after.count)))
        }
        return users.sorted()
    }

    static func url(_ pattern: String, of user: String) -> String {
        guard let (before, after) = parts(pattern) else { return pattern }
        return scheme + before + user + after
    }

    private static func parts(_ pattern: String) -> (before: String, after: String)? {
        guard pattern.hasPrefix(scheme) else { return nil }
        let parts = pattern.dropFirst(scheme.count).split(separator: "*", omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    /// For glob(3): nothing else in the path means anything.
    private static func escaped(_ text: String) -> String {
        text.map { "?[]\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
