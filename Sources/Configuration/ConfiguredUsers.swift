public import MailStore

/// A user whose mailbox is to be copied.
public struct ConfiguredUser: Hashable, Sendable {
    public let name: String
    /// Where the name stands.
    public let origin: SettingOrigin
}

extension Configuration {
    /// Everybody: who is listed, who is named in the file of users, who was found; where there is none of these, who has a
    /// table `[user.NAME]`. Nobody is there twice.
    /// - Throws: `.configuration` where the file of users cannot be read, or there is nobody.
    public func users() throws(StoreError) -> [ConfiguredUser] {
        var users: [ConfiguredUser] = []
        if let setting = self["users.list"], case .texts(let names) = setting.value {
            users += names.map { ConfiguredUser(name: $0, origin: setting.origin) }
        }
        if let file = self["users.file"], let path = file.text {
            do throws(StoreError) {
                users += Self.users(in: try ConfigurationFile.read(path), of: path)
            } catch {
                throw StoreError(.configuration, file.located(error.message))
            }
        }
        if let discovery = self["users.discover"], let pattern = discovery.text {
            guard let found = UserDiscovery.users(pattern) else {
                throw StoreError(
                    .configuration,
                    discovery.located("'\(pattern)' is none: maildir:/home/*/Maildir, where the one * is the user"))
            }
            users += found.map { ConfiguredUser(name: $0, origin: discovery.origin) }
        }
        if ["users.list", "users.file", "users.discover"].allSatisfy({ self[$0] == nil }) {
            let origin = SettingOrigin(path: path, line: nil)
            users = usersWithSettings.map { ConfiguredUser(name: $0, origin: origin) }
        }
        var seen: Set<String> = []
        users = users.filter { seen.insert($0.name).inserted }
        guard !users.isEmpty else {
            throw StoreError(.configuration, "\(path): no users: give users.list, users.file or users.discover")
        }
        return users
    }

    /// One a line; "#" begins a comment.
    static func users(in text: String, of path: String) -> [ConfiguredUser] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap {
            index, line in
            let content = line.prefix { $0 != "#" }
            guard let first = content.firstIndex(where: { !$0.isWhitespace }),
                let last = content.lastIndex(where: { !$0.isWhitespace })
            else { return nil }
            return ConfiguredUser(
                name: String(content[first...last]), origin: SettingOrigin(path: path, line: index + 1))
        }
    }
}
