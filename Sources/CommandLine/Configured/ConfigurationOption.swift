import ArgumentParser
import Configuration
import Glibc
import MailStore

/// `--config`, and where the configuration is without it.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration. Default: mailbackup/config.toml in $XDG_CONFIG_HOME (~/.config), then in /etc.",
            valueName: "file"))
    var file: String?

    func validate() throws {
        guard file?.isEmpty != true else { throw ValidationError("--config is empty") }
    }

    /// The configuration that holds; nil where none is named and there is none.
    func load() throws(StoreError) -> Configuration? {
        guard let path = file ?? ConfigurationFile.find() else { return nil }
        return try Configuration.load(path)
    }

    /// The configuration, for what does nothing without one.
    func required() throws(StoreError) -> Configuration {
        if let configuration = try load() { return configuration }
        throw StoreError(
            .configuration,
            "no configuration: give --config FILE; looked at \(places.joined(separator: ", "))")
    }

    /// Where a source was looked for in vain, for people.
    var places: [String] {
        if let file { return ["\(file) (no source.url)"] }
        guard let found = ConfigurationFile.find() else {
            return ConfigurationFile.usualPlaces.map { "\($0) (does not exist)" }
        }
        let before = ConfigurationFile.usualPlaces.prefix { $0 != found }
        return before.map { "\($0) (does not exist)" } + ["\(found) (no source.url)"]
    }
}
