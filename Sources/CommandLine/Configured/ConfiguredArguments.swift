import Configuration

/// Settings as the options that say the same. So a value means the same in the configuration and on the command line.
struct ConfiguredArguments {
    private(set) var settings: [Setting]

    /// - Parameters:
    ///   - settings: what the configuration says of a mailbox.
    ///   - given: names of the options on the command line, without dashes: they go before the configuration.
    init(_ settings: [Setting], given: Set<String> = []) {
        let secrets = Set(ConfigurationKey.secrets.compactMap { ConfigurationKey.named($0)?.option })
        var settings = settings.filter { setting in
            guard let option = setting.key.option else { return false }
            // Another source is another account.
            if given.contains("source"), setting.key.group == .source { return false }
            if secrets.contains(option), !given.isDisjoint(with: secrets) { return false }
            return !given.contains(option)
        }
        let url = settings.first { $0.key.name == "source.url" }?.text
        if url?.hasPrefix("maildir:") == true || given.contains("source") {
            // What is said of servers at the top is not about this one's files.
            settings.removeAll {
                $0.key.name == "max-download" || $0.key.group == .source && $0.key.name != "source.url"
            }
        }
        self.settings = settings
    }

    /// The options of some groups of keys.
    func arguments(_ groups: Set<ConfigurationKey.Group>) -> [String] {
        settings.filter { groups.contains($0.key.group) }.flatMap(Self.arguments)
    }

    private static func arguments(_ setting: Setting) -> [String] {
        guard let option = setting.key.option else { return [] }
        switch setting.value {
        case .text("none") where setting.key.name == "since-state": return []
        case .text(let text): return ["--\(option)=\(text)"]
        case .texts(let texts): return texts.map { "--\(option)=\($0)" }
        case .number(let number): return ["--\(option)=\(number)"]
        case .truth(let truth): return truth ? ["--\(option)"] : []
        }
    }

    /// The names of the options among arguments. No value of ours begins with two dashes but behind "=".
    static func options(in arguments: [String]) -> Set<String> {
        let names = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }.map { argument in
            String(argument.dropFirst(2).prefix { $0 != "=" })
        }
        return Set(names)
    }
}
