import MAPI
import MailStore

/// Where what is in a PST was copied from, as the PST itself tells it: docs/source-identity.md.
extension NamedProperty {
    /// On messages: ``ContentsRow/id`` of the source.
    static let sourceIdentity = NamedProperty(set: .psetidMailBackup, string: "SourceIdentity")
    /// On folders: ``FolderOrigin/text``.
    static let sourceFolder = NamedProperty(set: .psetidMailBackup, string: "SourceFolder")
    /// On folders of special use: the role's name, or "-" once the folder has lost it.
    static let folderRole = NamedProperty(set: .psetidMailBackup, string: "FolderRole")
}

extension FolderOrigin {
    private static let version = "1"

    /// Lines: the version of this form, the folder's id, "=" and what stays of it or nothing, the source, and the names of
    /// its path.
    var text: String {
        let stays = persistentID.map { "=" + $0 } ?? ""
        return PropertyLines.text([Self.version, folder.rawValue, stays, source] + path.names)
    }

    /// nil for what has another form.
    init?(text: String) {
        let lines = PropertyLines.lines(text)
        guard lines.count > 4, lines[0] == Self.version, lines[2].isEmpty || lines[2].hasPrefix("=") else {
            return nil
        }
        self.init(
            source: lines[3], folder: FolderID(rawValue: lines[1]),
            persistentID: lines[2].isEmpty ? nil : String(lines[2].dropFirst()), path: FolderPath(Array(lines[4...])))
    }
}
