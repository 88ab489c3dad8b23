public import MailStore

/// Names of users, which become parts of paths.
public enum UserName {
    /// Stands for the name in values of the configuration.
    static let mark = "%u"

    /// - Throws: `.configuration` for a name that would lead out of its directory, or into one.
    public static func check(_ user: String) throws(StoreError) {
        func refused(_ reason: String) -> StoreError {
            StoreError(.configuration, "the user '\(user)': \(reason)")
        }
        guard !user.isEmpty else { throw refused("the name is empty") }
        guard user != ".", user != "..", !user.contains("/") else {
            throw refused("the name can be no part of a path")
        }
        guard user.utf8.count <= 200 else { throw refused("the name is too long") }
        guard !user.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw refused("there is a control character in the name")
        }
    }

    static func insert(_ user: String, into text: String) -> String {
        text.split(separator: mark, omittingEmptySubsequences: false).joined(separator: user)
    }
}
