import MAPI
import MailStore
import PST

/// Flags and keywords from properties — the way back of [MS-OXCMSG] 2.2.1.6, [MS-OXOMSG] 2.2.1.8, [MS-OXOFLAG] 2.2.
struct StateReader: Sendable {
    private static let categories = NamedProperty(set: .psPublicStrings, string: "Keywords")
    private static let imapDeleted = NamedProperty(set: .psetidCommon, identifier: 0x8570)
    /// The exact flag list of a message that this program imported.
    private static let imapFlags = NamedProperty(set: .psetidMailBackup, string: "ImapFlags")

    private let wanted: Set<UInt16>

    init(names: StoredNames) {
        let fixed = [
            PropertyTag.messageFlags, .messageSize, .messageDeliveryTime, .lastVerbExecuted, .flagStatus,
            .messageCodepage, .messageLocaleId, .internetCodepage,
        ]
        let named = [Self.categories, Self.imapDeleted, Self.imapFlags].compactMap { names.id(of: $0) }
        wanted = Set(fixed.map(\.id) + named)
    }

    /// For properties that are known by their names.
    init() {
        wanted = []
    }

    /// Whether a property, by its id in the store, has to do with the row of a message.
    func isWanted(_ id: UInt16) -> Bool { wanted.contains(id) }

    func state(_ properties: PropertyBag) -> MessageState {
        let flags = MessageFlags(rawValue: properties.integer32(.messageFlags) ?? 0)
        let exact = Self.strings(properties[Self.imapFlags])
        var state = MessageState()
        state.seen = flags.contains(.read)
        state.flagged = properties.integer32(.flagStatus) == 2
        state.deleted = properties[Self.imapDeleted] == .integer32(1)
        let verb = properties.integer32(.lastVerbExecuted)
        state.answered = verb == 102 || verb == 103
        state.forwarded = verb == 104
        state.draft = flags.contains(.unsent)
        let categories = Self.strings(properties[Self.categories]) ?? []
        guard let exact else {
            state.keywords = categories.map(Self.keyword)
            return state
        }
        // Reply and forward share one property, and drafts count as read and unsent whatever their flags: the list is
        // nearer. Everything else may have been changed in Outlook since.
        if exact.contains("\\Answered") { state.answered = true }
        if exact.contains("$Forwarded") { state.forwarded = true }
        if state.draft {
            state.draft = exact.contains("\\Draft")
            state.seen = exact.contains("\\Seen")
        } else if exact.contains("\\Draft") {
            // A message that was delivered is not unsent, whatever its flags say.
            state.draft = true
        }
        state.keywords = exact.filter { !$0.isEmpty && !$0.hasPrefix("\\") && $0 != "$Forwarded" }
        for category in categories where !state.keywords.contains(where: { Self.isCategory(category, of: $0) }) {
            state.keywords.append(Self.keyword(category))
        }
        return state
    }

    private static func strings(_ value: PropertyValue?) -> [String]? {
        if case .multipleString(let texts)? = value { return texts }
        return nil
    }

    /// The five labels that mail programs know, under the names they have as categories.
    private static let labels = ["Important", "Work", "Personal", "To Do", "Later"]

    /// A keyword for a category; characters that no IMAP atom can have become "_".
    private static func keyword(_ category: String) -> String {
        if let label = labels.firstIndex(where: { $0.lowercased() == category.lowercased() }) {
            return "$label\(label + 1)"
        }
        return String(category.map { $0.isWhitespace || "(){%*\"\\]".contains($0) ? "_" : $0 })
    }

    /// Whether the import makes that category of that keyword.
    private static func isCategory(_ category: String, of keyword: String) -> Bool {
        let name = category.lowercased()
        let lower = keyword.lowercased()
        if lower == "$important" { return name == "important" }
        if let label = labels.firstIndex(where: { $0.lowercased() == name }), lower == "$label\(label + 1)" {
            return true
        }
        return lower.map { $0 == "," || $0 == ";" ? "_" : $0 }.prefix(255).elementsEqual(name)
    }
}
