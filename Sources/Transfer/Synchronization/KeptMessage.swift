import Journal
import MailStore

/// Messages that are in the destination for good, whatever the source has: gone and kept, or archived. They have an id that
/// no source gives, also in the destination itself, so that a journal made anew from it knows them too.
extension MessageID {
    private static let keptPrefix = "//gone/"

    static func kept(run: Int, _ row: MessageRowID) -> MessageID {
        MessageID(rawValue: "\(keptPrefix)\(run)/\(row.folder).\(row.number)")
    }

    var isKept: Bool { rawValue.hasPrefix(Self.keptPrefix) }
}
