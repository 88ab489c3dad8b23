import MailStore

/// Ids of a set: those of the file itself where that is FILE.pst, else with the label of the part before them.
enum PartIdentifiers {
    static func qualified(_ id: String, _ label: String) -> String { label.isEmpty ? id : "\(label):\(id)" }

    static func split(_ id: String) -> (label: String, id: String) {
        guard let colon = id.lastIndex(of: ":") else { return ("", id) }
        return (String(id[..<colon]), String(id[id.index(after: colon)...]))
    }
}

extension FolderID {
    func qualified(_ label: String) -> FolderID {
        FolderID(rawValue: PartIdentifiers.qualified(rawValue, label))
    }
}

extension MessageID {
    func qualified(_ label: String) -> MessageID {
        MessageID(rawValue: PartIdentifiers.qualified(rawValue, label))
    }
}
