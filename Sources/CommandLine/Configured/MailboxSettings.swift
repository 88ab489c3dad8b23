import ArgumentParser
import Configuration
import MailStore

/// What the configuration says of one mailbox, and what follows from it.
struct MailboxSettings: Sendable {
    let user: String
    let configurationPath: String
    /// In the order of the keys, with the journal where the state directory is set.
    let all: [Setting]

    /// - Throws: `.configuration`.
    init(of user: String, in configuration: Configuration) throws(StoreError) {
        self.user = user
        configurationPath = configuration.path
        var settings = try configuration.settings(for: user)
        if let login = settings.first(where: { $0.key.group == .source }),
            !settings.contains(where: { $0.key.name == "source.url" })
        {
            throw StoreError(.configuration, login.located("there is no source.url"))
        }
        if let directory = configuration["state-directory"], let path = directory.text,
            let key = ConfigurationKey.named("journal"), !settings.contains(where: { $0.key == key })
        {
            settings.append(
                Setting(
                    key: key, value: .text(StateDirectory.journal(of: user, in: path)), origin: directory.origin))
        }
        all = settings
    }

    func text(_ name: String) -> String? { all.first { $0.key.name == name }?.text }

    /// The options of `copy`.
    private func arguments(_ settings: [Setting]) -> [String] {
        ["--user=\(user)", "--config=\(configurationPath)"]
            + ConfiguredArguments(settings).arguments([.source, .selection, .output])
    }

    /// `copy` of this mailbox.
    /// - Parameter defaults: options for what no setting tells.
    /// - Throws: `.configuration`, with the place of the value that is wrong.
    func copyCommand(defaults: [String] = []) throws(StoreError) -> CopyCommand {
        let said = Set(all.compactMap(\.key.option))
        let added = defaults.filter { ConfiguredArguments.options(in: [$0]).isDisjoint(with: said) }
        do {
            let command = try CopyCommand.parse(added + arguments(all))
            try command.server.validate(for: command.source)
            return command
        } catch {
            throw mistake(error)
        }
    }

    /// - Throws: `.configuration`, with the place of the first value that is wrong.
    func checkForMistakes() throws(StoreError) { _ = try copyCommand() }

    /// Puts an error to the setting that makes it: the one with which it appears.
    private func mistake(_ error: any Error) -> StoreError {
        for count in 1...max(all.count, 1) where count <= all.count {
            do {
                _ = try CopyCommand.parse(arguments(Array(all.prefix(count))))
            } catch {
                return StoreError(.configuration, all[count - 1].located(CopyCommand.message(for: error)))
            }
        }
        return StoreError(.configuration, "\(configurationPath): \(user): \(CopyCommand.message(for: error))")
    }
}
