public import MailStore

/// What a configuration file says, checked: every key is one that there is, and has a value of its kind.
public struct Configuration: Sendable {
    public let path: String
    private let common: [String: Setting]
    private let overrides: [String: [String: Setting]]

    /// - Throws: `.configuration`, with file, line and key of the first mistake.
    public init(path: String, text: String) throws(StoreError) {
        self.path = path
        let document = try ConfigurationDocument(path: path, text: text)
        let reader = try SettingReader(document, PathResolution(besides: path))
        common = reader.common
        overrides = reader.users
    }

    public static func load(_ path: String) throws(StoreError) -> Configuration {
        try Configuration(path: path, text: try ConfigurationFile.read(path))
    }

    /// What stands at the top for a key.
    public subscript(_ name: String) -> Setting? { common[name] }

    /// Users that have a table of their own, sorted.
    public var usersWithSettings: [String] { overrides.keys.sorted() }

    /// What holds for a user's mailbox, in the order of ``ConfigurationKey/all``: the user's own table goes before the top.
    ///
    /// A table `source` with a `url` stands alone: with the password of one server nobody is to be logged on to another.
    /// - Throws: `.configuration` where the name of the user can be no part of a path or a command.
    public func settings(for user: String) throws(StoreError) -> [Setting] {
        try UserName.check(user)
        let own = overrides[user] ?? [:]
        var settings = common.filter { $0.value.key.group != .program }
        if own["source.url"] != nil { settings = settings.filter { $0.value.key.group != .source } }
        if own.keys.contains(where: ConfigurationKey.secrets.contains) {
            settings = settings.filter { !ConfigurationKey.secrets.contains($0.key) }
        }
        settings.merge(own) { _, own in own }
        // Who was found by a Maildir has that Maildir.
        if settings["source.url"] == nil, let discovery = common["users.discover"]?.text,
            let key = ConfigurationKey.named("source.url"), let origin = common["users.discover"]?.origin
        {
            let url = UserDiscovery.url(discovery, of: user)
            settings["source.url"] = Setting(key: key, value: .text(url), origin: origin)
        }
        var expanded: [Setting] = []
        for key in ConfigurationKey.all {
            guard var setting = settings[key.name] else { continue }
            if let text = setting.text {
                switch key.kind {
                case .path, .pattern, .url: setting.value = .text(UserName.insert(user, into: text))
                case .command: setting.value = .text(ShellUserName.command(text, for: user))
                default: break
                }
            }
            expanded.append(setting)
        }
        return expanded
    }
}
