import Configuration
import Glibc
import MailStore

/// Where the journals are: those of the state directory, and those that the configuration names.
struct JournalPlaces {
    private let configuration: Configuration?

    init(_ configuration: Configuration?) {
        self.configuration = configuration
    }

    func directory() throws(StoreError) -> String {
        if let directory = configuration?["state-directory"]?.text { return directory }
        return try StateDirectory.path()
    }

    func journal(of user: String) throws(StoreError) -> String {
        if let configuration, let named = try? named(user, configuration) { return named }
        return StateDirectory.journal(of: user, in: try directory())
    }

    /// Journals that are there, by user.
    func all() throws(StoreError) -> [(name: String, path: String)] {
        var found = try StateDirectory.journals(in: try directory()).map { (name: $0.user, path: $0.path) }
        guard let configuration else { return found }
        let paths = Set(found.map(\.path))
        // Where nobody is configured, nobody has a journal elsewhere.
        for user in (try? configuration.users()) ?? [] {
            guard let path = try? named(user.name, configuration), !paths.contains(path), access(path, F_OK) == 0
            else { continue }
            found.append((user.name, path))
        }
        return found.sorted { $0.name < $1.name }
    }

    /// What a command that only reads journals is about, each with its user.
    /// - Parameter user: whose alone, if somebody's.
    /// - Throws: `.noInput` where there is none.
    func chosen(user: String?) throws(StoreError) -> [(name: String, path: String)] {
        if let user { return [(user, try self.journal(of: user))] }
        let found = try all()
        guard !found.isEmpty else { throw StoreError(.noInput, "\(try directory()): no journal there") }
        return found
    }

    private func named(_ user: String, _ configuration: Configuration) throws(StoreError) -> String? {
        try configuration.settings(for: user).first { $0.key.name == "journal" }?.text
    }
}
