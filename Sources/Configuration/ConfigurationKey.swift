/// A key of the configuration. Every key that there is stands in ``all``; `docs/configuration.md` explains them.
public struct ConfigurationKey: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case text
        /// A file or directory; relative to the directory of the configuration. "%u" is the user.
        case path
        /// A text in which "%u" is the user.
        case pattern
        /// Where mail is. "%u" is the user.
        case url
        /// For the shell. "%u" is the user, whatever is in the name.
        case command
        /// A string or an array of strings.
        case texts
        /// One of these.
        case choice([String])
        /// A number of bytes: a string such as "10M", or a number.
        case size
        /// A string, or a date of TOML.
        case date
        case number(ClosedRange<Int>)
        case truth
    }

    public enum Group: Hashable, Sendable {
        /// What is written, and how.
        case output
        /// Which messages.
        case selection
        /// Where they are.
        case source
        /// What is for all mailboxes together: not for one user.
        case program
    }

    /// "source.url".
    public let name: String
    public let kind: Kind
    public let group: Group
    /// The option of `copy` that says the same, without its dashes; nil where there is none.
    public let option: String?

    private init(_ name: String, _ kind: Kind, _ group: Group, option: String?) {
        self.name = name
        self.kind = kind
        self.group = group
        self.option = option
    }

    private static func output(_ name: String, _ kind: Kind) -> ConfigurationKey {
        ConfigurationKey(name, kind, .output, option: name)
    }

    private static func selection(_ name: String, _ kind: Kind) -> ConfigurationKey {
        ConfigurationKey("selection.\(name)", kind, .selection, option: name)
    }

    private static func source(_ name: String, _ kind: Kind) -> ConfigurationKey {
        ConfigurationKey("source.\(name)", kind, .source, option: name == "url" ? "source" : name)
    }

    private static func program(_ name: String, _ kind: Kind) -> ConfigurationKey {
        ConfigurationKey(name, kind, .program, option: nil)
    }

    /// In the order in which they are told, and read: a pair that goes together comes last.
    public static let all: [ConfigurationKey] = [
        source("url", .url), source("login", .text), source("admin", .choice(["authzid", "master-user", "exchange"])),
        source("password-command", .command),
        source("password-file", .path), source("password-credential", .pattern),
        source("oauth-token-command", .command), source("ca-file", .path), source("fingerprint", .texts),
        source("insecure-plaintext", .truth), output("max-download", .size), output("out", .path),
        output("name", .pattern), output("encoding", .choice(["none", "permute", "cyclic"])), output("max-size", .size),
        output("split-by", .choice(["year", "month", "folder"])), output("keep", .text),
        output("journal", .path),
        output("since-state", .choice(["last", "none"])),
        output("deleted", .choice(["keep", "mirror"])), output("verify", .truth), output("jobs", .number(1...64)),
        selection("folder", .texts), selection("exclude-folder", .texts), selection("after", .date),
        selection("before", .date), selection("larger", .size), selection("smaller", .size),
        selection("subject", .texts), selection("attachment", .texts), selection("unread", .truth),
        selection("flagged", .truth),
        program("state-directory", .path), program("mail-on-failure", .text), program("sendmail", .command),
        program("users.list", .texts), program("users.file", .path), program("users.discover", .url),
        program("run.jobs", .number(1...64)), program("run.server-connections", .number(1...1000)),
        program("run.until", .text), program("run.max-download", .size), program("run.metrics", .path),
        source("client-certificate", .path), source("client-key", .path),
    ]

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// nil where there is no such key.
    public static func named(_ name: String) -> ConfigurationKey? { byName[name] }

    /// The ways to the password, of which a mailbox has one.
    public static let secrets: Set<String> = [
        "source.password-command", "source.password-file", "source.password-credential", "source.oauth-token-command",
    ]

    /// Tables that hold keys.
    static let tables = Set(all.compactMap { key in key.name.firstIndex(of: ".").map { String(key.name[..<$0]) } })

    /// Whether a value may show more than is good to show.
    public var isCommand: Bool { kind == .command }
}
