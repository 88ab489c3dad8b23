internal import MAPI
internal import MIME
internal import MailStore

/// Flags and keywords — [MS-OXCMSG] 2.2.1.6, [MS-OXOMSG] 2.2.1.8, [MS-OXOFLAG] 2.2.
extension MessageImport {
    mutating func setState() {
        guard case .stored(let row, _) = placement else {
            // Outlook opens an unsent embedded message for editing, so these are simply read.
            message.properties[.messageFlags] = .integer32(MessageFlags.read.rawValue)
            return
        }
        var flags: MessageFlags = []
        if row.state.seen || direction == .draft { flags.insert(.read) }
        switch direction {
        case .draft: flags.insert(.unsent)
        case .sent: flags.insert(.fromMe)
        case .received: flags.insert(isFromOwner() ? .fromMe : .internet)
        }
        message.properties[.messageFlags] = .integer32(flags.rawValue)
        setVerb(row.state)
        if row.state.flagged { setFollowUp() }
        if row.state.deleted { message.properties[.imapDeleted] = .integer32(1) }
        let categories = Categories.names(of: row.state.keywords)
        if !categories.isEmpty { message.properties[.categories] = .multipleString(categories) }
        let exact = row.state.imapFlags
        // A draft counts as read and unsent whatever its flags, so that they must be told; an empty string stands for none.
        if direction == .draft || exact.contains(where: { $0 != "\\Seen" }) {
            message.properties[.imapFlags] = .multipleString(exact.isEmpty ? [""] : exact)
        }
    }

    /// The owner's own mail outside the sent folder: it never travelled.
    private func isFromOwner() -> Bool {
        guard !options.ownerAddresses.isEmpty, !header.contains(.received) else { return false }
        return header.mailboxes(.from).first.map { isOwner($0.address) } ?? false
    }

    /// Replied or forwarded; of both the reply is shown. Reply and reply-to-all cannot be told apart.
    private mutating func setVerb(_ state: MessageState) {
        guard state.answered || state.forwarded else { return }
        message.properties[.lastVerbExecuted] = .integer32(state.answered ? 102 : 104)
        message.properties[.lastVerbExecutionTime] = .time(times.delivery)
        message.properties[.iconIndex] = .integer32(state.answered ? 0x105 : 0x106)
    }

    /// A follow-up flag without a date, and never a reminder.
    private mutating func setFollowUp() {
        let request = header.text(.messageFlag).flatMap { $0.isEmpty ? nil : $0 } ?? "Follow up"
        message.properties[.flagStatus] = .integer32(2)
        message.properties[.followupIcon] = .integer32(6)
        message.properties[.toDoItemFlags] = .integer32(1)
        message.properties[.flagRequest] = .string(request)
        message.properties[.taskStatus] = .integer32(0)
        message.properties[.percentComplete] = .floating64(0)
        message.properties[.taskComplete] = .boolean(false)
        message.properties[.toDoTitle] = .string(message.properties.string(.subject) ?? "")
        message.properties[.toDoOrdinalDate] = .time(times.delivery)
        message.properties[.toDoSubOrdinal] = .string("5555555")
        // Outlook distrusts the flag's text unless this is the delivery time.
        message.properties[.validFlagStringProof] = .time(times.delivery)
        message.properties[.flagString] = .integer32(0)
        if let due = header.date(.replyBy) {
            message.properties[.replyTime] = .time(FileTime(unixSeconds: due.unixSeconds))
        }
    }
}

extension MessageState {
    /// The flag list as IMAP spells it.
    var imapFlags: [String] {
        var flags: [String] = []
        if seen { flags.append("\\Seen") }
        if answered { flags.append("\\Answered") }
        if flagged { flags.append("\\Flagged") }
        if draft { flags.append("\\Draft") }
        if deleted { flags.append("\\Deleted") }
        if forwarded { flags.append("$Forwarded") }
        return flags + keywords
    }
}

/// PidNameKeywords: the keywords that mean something to a person.
enum Categories {
    static func names(of keywords: [String]) -> [String] {
        var names: [String] = []
        for keyword in keywords {
            guard let name = name(of: keyword), !names.contains(where: { $0.lowercased() == name.lowercased() })
            else { continue }
            names.append(name)
        }
        return names
    }

    private static func name(of keyword: String) -> String? {
        switch keyword.lowercased() {
        case "$label1": return "Important"
        case "$label2": return "Work"
        case "$label3": return "Personal"
        case "$label4": return "To Do"
        case "$label5": return "Later"
        case "$important": return "Important"
        case "junk", "nonjunk", "notjunk", "forwarded": return nil
        default: break
        }
        // Registered and system keywords begin like this (RFC 5788).
        guard !keyword.hasPrefix("$"), !keyword.hasPrefix("\\") else { return nil }
        // Comma and semicolon separate categories in Outlook's own lists.
        let name = String(keyword.map { $0 == "," || $0 == ";" ? "_" : $0 }.prefix(255))
        return name.isEmpty ? nil : name
    }
}
