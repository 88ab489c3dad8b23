import ArgumentParser
import Configuration
import MailStore

/// A command about one user's mailbox, which takes from the configuration what its command line leaves out.
protocol ConfigurableCommand: AsyncParsableCommand {
    /// Of whose mailbox the configuration is to speak; nil where the command is about none.
    var configuredUser: String? { get }
    var configured: ConfigurationOption { get }
    /// Whether anything is left out.
    var needsConfiguration: Bool { get }
    /// The keys that mean something to the command.
    static var configuredGroups: Set<ConfigurationKey.Group> { get }
}

extension ConfigurableCommand {
    /// The command with what the configuration adds to it.
    /// - Parameter given: its arguments.
    /// - Throws: ``MailStore/StoreError`` with `.configuration`; errors of ArgumentParser.
    func completed(_ given: [String]) throws -> Self {
        guard let user = configuredUser, !user.isEmpty, needsConfiguration || configured.file != nil,
            let configuration = try configured.load()
        else { return self }
        let options = ConfiguredArguments.options(in: given)
        let settings = try MailboxSettings(of: user, in: configuration)
        try settings.checkForMistakes()
        let added = ConfiguredArguments(settings.all, given: options).arguments(Self.configuredGroups)
        return try Self.parse(added + given)
    }
}
