import BinaryIO

extension FolderName {
    /// Names that mean something else in a directory of the layout fs.
    private static let reserved: Set<String> = [
        "cur", "new", "tmp", "maildirfolder", "subscriptions", "courierimapkeywords",
    ]
    private static let reservedStarts = ["dovecot", "maildir"]

    /// One level of a directory name, such that ``display(_:)`` gives `name` back: modified UTF-7, in which "/" and
    /// control characters are always encoded, a dot in Maildir++ (there it separates) and at the start of a name in fs
    /// (programs pass over those), and in fs the first letter of a name that a Maildir needs for itself.
    static func encoded(_ name: String, layout: MaildirLayout) -> [UInt8] {
        switch layout {
        case .maildirPlusPlus:
            return ModifiedUTF7.encode(name) { $0 != "/" && $0 != "." }
        case .filesystem:
            let lower = name.lowercased()
            let isReserved = reserved.contains(lower) || reservedStarts.contains { lower.hasPrefix($0) }
            guard isReserved || name.unicodeScalars.first == "." else { return ModifiedUTF7.encode(name) { $0 != "/" } }
            var isFirst = true
            return ModifiedUTF7.encode(name) { scalar in
                defer { isFirst = false }
                return !isFirst && scalar != "/"
            }
        }
    }
}
