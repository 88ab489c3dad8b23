import MailStore

/// What stays of a folder when it is renamed: Dovecot's GUID for it, else its directory.
enum FolderIdentity {
    /// The folders' identities in their order; nil for one without a directory. A GUID that two folders have (one was
    /// copied with Dovecot's files) identifies neither.
    static func persistentIDs(of folders: [FolderDirectory], root: [UInt8]) -> [String?] {
        let guids = folders.map { folder in
            folder.holdsMessages ? dovecotGUID(folder: folder.absolutePath(root: root)) : nil
        }
        var uses: [String: Int] = [:]
        for guid in guids { if let guid { uses[guid, default: 0] += 1 } }
        return zip(folders, guids).map { folder, guid in
            if let guid, uses[guid] == 1 { return "dovecot:" + guid }
            return folder.identity.map { "directory:\($0.device):\($0.inode)" }
        }
    }

    /// The GUID in the header line of `dovecot-uidlist`: "3 V<uidvalidity> N<next uid> G<guid>".
    private static func dovecotGUID(folder: [UInt8]) -> String? {
        let path = folder + Array("/dovecot-uidlist\0".utf8)
        guard let content = SourceFile.read(path, limit: MaildirLimits.uidlistHeader),
            let end = content.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        let fields = content[..<end].split(separator: UInt8(ascii: " "))
        guard fields.first?.elementsEqual("3".utf8) == true,
            let field = fields.dropFirst().first(where: { $0.first == UInt8(ascii: "G") })
        else { return nil }
        let guid = field.dropFirst()
        guard guid.count == 32, guid.allSatisfy(isHexadecimal) else { return nil }
        return String(decoding: guid, as: UTF8.self)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
