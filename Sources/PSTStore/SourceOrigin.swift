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
        return ([Self.version, folder.rawValue, stays, source] + path.names).map(Self.escaped).joined(separator: "\n")
    }

    /// nil for what has another form.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Self.unescaped)
        guard lines.count > 4, lines[0] == Self.version, lines[2].isEmpty || lines[2].hasPrefix("=") else {
            return nil
        }
        self.init(
            source: lines[3], folder: FolderID(rawValue: lines[1]),
            persistentID: lines[2].isEmpty ? nil : String(lines[2].dropFirst()), path: FolderPath(Array(lines[4...])))
    }

    /// Line feeds divide the lines, and a PST holds no NUL.
    private static func escaped(_ line: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\0": result.append(contentsOf: "\\0".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func unescaped(_ line: Substring) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\" where !isEscaped:
                isEscaped = true
                continue
            case "n" where isEscaped: result.append("\n")
            case "0" where isEscaped: result.append("\0")
            default: result.append(scalar)
            }
            isEscaped = false
        }
        return String(result)
    }
}
