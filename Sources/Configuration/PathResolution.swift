import Glibc

/// What paths in a configuration are relative to: its own directory, wherever the program was started.
struct PathResolution {
    private let directory: String

    /// - Parameter file: the configuration.
    init(besides file: String) {
        let slash = file.lastIndex(of: "/")
        let given = slash.map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
        guard !given.hasPrefix("/"), let current = getcwd(nil, 0) else {
            directory = given
            return
        }
        defer { free(current) }
        let start = String(cString: current)
        directory = given == "." ? start : start + "/" + given
    }

    func path(_ text: String) -> String {
        if text.hasPrefix("/") { return text }
        if text.hasPrefix("~/"), let home = getenv("HOME") { return String(cString: home) + text.dropFirst() }
        return (directory == "/" ? "" : directory) + "/" + text
    }

    /// The path in "maildir:PATH"; any other URL is as it is.
    func url(_ text: String) -> String {
        let scheme = "maildir:"
        guard text.hasPrefix(scheme), text.count > scheme.count else { return text }
        return scheme + path(String(text.dropFirst(scheme.count)))
    }
}
