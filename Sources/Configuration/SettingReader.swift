import MailStore

/// Takes the settings out of a document; whatever is no setting is an error.
struct SettingReader {
    let document: ConfigurationDocument
    let paths: PathResolution
    private(set) var common: [String: Setting] = [:]
    private(set) var users: [String: [String: Setting]] = [:]

    init(_ document: ConfigurationDocument, _ paths: PathResolution) throws(StoreError) {
        self.document = document
        self.paths = paths
        try read(document.root, at: [], user: nil)
    }

    /// Words for what must not stand in the file.
    private static let secretWords: Set<String> = [
        "password", "passwd", "passphrase", "pass", "secret", "token", "oauth-token", "credential", "key",
    ]

    /// - Parameters:
    ///   - place: the keys that lead to the table.
    ///   - user: whose table it is in.
    private mutating func read(
        _ table: [String: ConfigurationValue], at place: [String], user: String?
    ) throws(StoreError) {
        // The first mistake in the file is told.
        let keys = table.keys.sorted { first, second in
            let lines = (
                document.origin(of: place + [first]).line ?? 0, document.origin(of: place + [second]).line ?? 0
            )
            return lines.0 == lines.1 ? first < second : lines.0 < lines.1
        }
        for key in keys {
            guard let value = table[key] else { continue }
            let path = place + [key]
            if path == ["user"] {
                try readUsers(value)
                continue
            }
            let name = (user == nil ? path : Array(path.dropFirst(2))).joined(separator: ".")
            if ConfigurationKey.tables.contains(name) {
                guard case .table(let inner) = value else {
                    throw document.error(
                        path, "is \(value.kind), and has to be a table: [\(path.joined(separator: "."))]")
                }
                try read(inner, at: path, user: user)
                continue
            }
            guard let known = ConfigurationKey.named(name) else { throw unknown(path, name, user) }
            guard user == nil || known.group != .program else {
                throw document.error(path, "is for all mailboxes together, not for one user")
            }
            let setting = Setting(
                key: known, value: try self.value(value, of: known, path), origin: document.origin(of: path))
            if let user {
                users[user, default: [:]][name] = setting
            } else {
                common[name] = setting
            }
        }
    }

    private mutating func readUsers(_ value: ConfigurationValue) throws(StoreError) {
        let form = "has to hold a table for each user: [user.NAME]"
        guard case .table(let tables) = value else { throw document.error(["user"], form) }
        for name in tables.keys.sorted() {
            guard case .table(let table)? = tables[name] else { throw document.error(["user", name], form) }
            users[name] = [:]
            try read(table, at: ["user", name], user: name)
        }
    }

    private func unknown(_ path: [String], _ name: String, _ user: String?) -> StoreError {
        let last = path.last ?? ""
        if Self.secretWords.contains(last) {
            return document.error(
                path,
                "a secret has no place in this file: use password-command, password-file or password-credential")
        }
        let known = ConfigurationKey.all.filter { user == nil || $0.group != .program }.map(\.name)
        // The right word in the wrong table is meant more often than another word.
        let elsewhere = known.first { $0.split(separator: ".").last.map(String.init) == last }
        guard let meant = elsewhere ?? Spelling.nearest(to: name, among: known + ConfigurationKey.tables.sorted())
        else {
            return document.error(path, "no such key")
        }
        let shown = user.map { "user.\($0).\(meant)" } ?? meant
        return document.error(path, "no such key; did you mean \(shown)?")
    }

    private func value(
        _ value: ConfigurationValue, of key: ConfigurationKey, _ path: [String]
    ) throws(StoreError) -> Setting.Value {
        func wrong(_ needed: String) -> StoreError { document.error(path, "is \(value.kind), and has to be \(needed)") }
        switch key.kind {
        case .truth:
            guard case .truth(let truth) = value else { throw wrong("true or false, without quotes") }
            return .truth(truth)
        case .number(let range):
            guard case .number(let number) = value else { throw wrong("a number, without quotes") }
            guard range.contains(number) else {
                throw document.error(
                    path, "is \(number); \(range.lowerBound) to \(range.upperBound) are possible")
            }
            return .number(number)
        case .texts:
            guard case .list(let elements) = value else { return .texts([try text(value, of: key, path)]) }
            var texts: [String] = []
            for element in elements { texts.append(try text(element, of: key, path)) }
            return .texts(texts)
        case .size:
            if case .number(let number) = value, number >= 0 { return .text(String(number)) }
        case .date:
            if case .date(let date) = value { return .text(date) }
        default: break
        }
        return .text(try text(value, of: key, path))
    }

    private func text(
        _ value: ConfigurationValue, of key: ConfigurationKey, _ path: [String]
    ) throws(StoreError) -> String {
        guard case .text(let text) = value else {
            throw document.error(path, "is \(value.kind), and has to be a string, in quotes")
        }
        guard !text.isEmpty else { throw document.error(path, "is empty") }
        let isControl: (Unicode.Scalar) -> Bool = { $0.value < 0x20 || $0.value == 0x7F }
        guard key.isCommand || !text.unicodeScalars.contains(where: isControl) else {
            throw document.error(path, "has a control character in it")
        }
        switch key.kind {
        case .path: return paths.path(text)
        case .url: return paths.url(text)
        case .choice(let choices):
            guard choices.contains(text) else {
                throw document.error(path, "'\(text)' is none of \(choices.joined(separator: ", "))")
            }
            return text
        default: return text
        }
    }
}
