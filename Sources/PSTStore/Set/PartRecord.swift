import MAPI

/// What a part says of itself on its message store object: docs/source-identity.md.
struct PartRecord: Hashable, Sendable {
    /// ``StoreIdentity/store`` of the set: the record key of the part made first.
    var set: String
    /// What its name has between that of the set and ".pst": "2", "2025-03", "INBOX".
    var label: String
    var group: PartGroup
    /// Counts from 1 within the group.
    var number: Int
    /// The folder in this part that it is for; only of parts by folder.
    var folder: String?

    private static let version = "1"

    var text: String {
        PropertyLines.text([Self.version, set, label, group.text, String(number), folder ?? ""])
    }

    init(set: String, label: String, group: PartGroup, number: Int) {
        self.set = set
        self.label = label
        self.group = group
        self.number = number
    }

    /// nil for what has another form.
    init?(text: String) {
        let lines = PropertyLines.lines(text)
        guard lines.count == 6, lines[0] == Self.version, let number = Int(lines[4]), number > 0 else { return nil }
        self.init(set: lines[1], label: lines[2], group: PartGroup(text: lines[3]), number: number)
        folder = lines[5].isEmpty ? nil : lines[5]
    }
}

extension NamedProperty {
    /// On the message store object of a part: ``PartRecord/text``.
    static let setPart = NamedProperty(set: .psetidMailBackup, string: "SetPart")
    /// On the message store object of a part: messages of other parts that lie in this one now.
    static let movedHere = NamedProperty(set: .psetidMailBackup, string: "MovedHere")
    /// On the message store object: how new the mailbox is that the PST shows.
    static let storeUpdated = NamedProperty(set: .psetidMailBackup, string: "Updated")
    /// On the message store object: when the PST was made.
    static let storeCreated = NamedProperty(set: .psetidMailBackup, string: "Created")
}
