import Glibc
import MailStore
import TestSupport
import Testing

@testable import Configuration

/// Configurations in text.
enum Sample {
    static let path = "/etc/mailbackup/config.toml"

    static func configuration(_ text: String) throws -> Configuration { try Configuration(path: path, text: text) }

    /// What a configuration is refused with.
    static func refusal(_ text: String) -> String? {
        do throws(StoreError) {
            _ = try Configuration(path: path, text: text)
            return nil
        } catch {
            return error.code == .configuration ? error.message : "\(error)"
        }
    }

    /// "key = value" of all that holds for a user.
    static func settings(_ text: String, of user: String) throws -> [String] {
        try configuration(text).settings(for: user).map { "\($0.key.name) = \($0.description)" }
    }
}
