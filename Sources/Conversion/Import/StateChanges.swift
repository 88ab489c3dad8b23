internal import BinaryIO
public import MAPI
public import MailStore

/// The state of an item that was imported before.
extension InternetMessageImporter {
    /// What ``changes(of:to:role:)`` looks at.
    public static let stateTags: [PropertyTag] =
        [
            .messageFlags, .messageDeliveryTime, .subject, .transportMessageHeaders, .lastVerbExecuted, .iconIndex,
            .flagStatus,
        ]
    public static let stateNames: [NamedProperty] = [.imapDeleted, .categories, .imapFlags]

    /// What has to change of an item so that it is as if it had been imported with another state. What Outlook has added
    /// to its state since (a reminder of a follow-up flag that stays, categories of its own) remains.
    /// - Parameters:
    ///   - item: has the properties ``stateTags`` and ``stateNames``, as far as the item has them.
    ///   - role: of the folder the item lies in.
    public func changes(of item: PropertyBag, to state: MessageState, role: FolderRole?) -> PropertyChanges {
        let target = headerImport(of: item, state: state, role: role)
        var changes = PropertyChanges()
        changes.setFlags(item, target)
        changes.setVerb(item, target)
        changes.setFollowUp(item, target)
        changes.setDeleted(item, target)
        changes.setKeywords(item, target, state)
        return changes
    }

    /// The properties that an import gives to a message of the same header, as far as they depend on its state.
    private func headerImport(of item: PropertyBag, state: MessageState, role: FolderRole?) -> StateTarget {
        let header = Array((item.string(.transportMessageHeaders) ?? "").utf8)
        let file = header.withUnsafeBytes { MappedFile(copying: $0) }
        let row = ContentsRow(
            id: MessageID(rawValue: ""), state: state, deliveryTime: item.time(.messageDeliveryTime), size: 0)
        return file.withUnsafeBytes { bytes in
            var work = MessageImport(
                source: MessageSource(file: file, bytes: bytes, range: 0..<bytes.count), options: options,
                placement: .stored(row, role), path: [], record: ImportRecord())
            work.setSubject()
            if header.isEmpty { work.message.properties[.subject] = item[.subject] }
            work.setState()
            let state = work.message.properties
            work.message.properties = PropertyBag()
            work.setTimes()
            work.setOriginators()
            work.setReceipts()
            return StateTarget(
                state: state, dependent: work.message.properties, isDraft: work.direction == .draft)
        }
    }
}

/// What a fresh import would give.
private struct StateTarget {
    let state: PropertyBag
    /// What else depends on whether the message is a draft, and much that does not.
    let dependent: PropertyBag
    let isDraft: Bool
}

extension PropertyChanges {
    /// Bits that the import knows; others are the store's or Outlook's.
    private static let ownFlags: MessageFlags = [.read, .unsent, .fromMe, .internet]
    /// Properties that drafts have and other messages have not, or the other way round.
    private static let draftDependent: [PropertyTag] = {
        let roles: [OriginatorRole] = [.receivedBy, .receivedRepresenting, .readReceipt]
        return roles.flatMap { [$0.name, $0.addressType, $0.emailAddress, $0.smtpAddress, $0.entryId, $0.searchKey] }
            + [
                .clientSubmitTime, .readReceiptRequested, .originatorDeliveryReportRequested,
                .nonReceiptNotificationRequested,
            ]
    }()

    fileprivate mutating func setFlags(_ item: PropertyBag, _ target: StateTarget) {
        let old = MessageFlags(rawValue: item.integer32(.messageFlags) ?? 0)
        let wanted = MessageFlags(rawValue: target.state.integer32(.messageFlags) ?? 0)
        values[.messageFlags] = .integer32(old.subtracting(Self.ownFlags).union(wanted).rawValue)
        guard old.contains(.unsent) != target.isDraft else { return }
        for tag in Self.draftDependent { take(tag, from: target.dependent) }
    }

    /// Replied or forwarded. Which of the replies it was, and when, Outlook may know better.
    fileprivate mutating func setVerb(_ item: PropertyBag, _ target: StateTarget) {
        let old = item.integer32(.lastVerbExecuted)
        let wanted = target.state.integer32(.lastVerbExecuted)
        let isSame = old == wanted || (old == 103 && wanted == 102)
        guard !isSame, wanted != nil || [102, 103, 104].contains(old) else { return }
        take(.lastVerbExecuted, from: target.state)
        take(.lastVerbExecutionTime, from: target.state)
        // Other kinds of items have icons of their own.
        if [nil, -1, 0x105, 0x106].contains(item.integer32(.iconIndex)) { take(.iconIndex, from: target.state) }
    }

    fileprivate mutating func setFollowUp(_ item: PropertyBag, _ target: StateTarget) {
        let wanted = target.state.integer32(.flagStatus)
        guard (item.integer32(.flagStatus) == 2) != (wanted == 2) else { return }
        let tags: [PropertyTag] = [.flagStatus, .followupIcon, .toDoItemFlags, .replyTime]
        let names: [NamedProperty] = [
            .flagRequest, .taskStatus, .percentComplete, .taskComplete, .toDoTitle, .toDoOrdinalDate, .toDoSubOrdinal,
            .validFlagStringProof, .flagString,
        ]
        for tag in tags { take(tag, from: target.state) }
        for name in names { take(name, from: target.state) }
    }

    fileprivate mutating func setDeleted(_ item: PropertyBag, _ target: StateTarget) {
        let isMarked = item[.imapDeleted] == .integer32(1)
        if isMarked != (target.state[.imapDeleted] == .integer32(1)) { take(.imapDeleted, from: target.state) }
    }

    /// Categories that no keyword accounted for were given in Outlook.
    fileprivate mutating func setKeywords(_ item: PropertyBag, _ target: StateTarget, _ state: MessageState) {
        var known: [String] = []
        if case .multipleString(let exact)? = item[.imapFlags] { known = Categories.names(of: exact) }
        var names = Categories.names(of: state.keywords)
        known = (known + names).map { $0.lowercased() }
        if case .multipleString(let present)? = item[.categories] {
            names += present.filter { !known.contains($0.lowercased()) }
        }
        if names.isEmpty { removedNames.append(.categories) } else { values[.categories] = .multipleString(names) }
        take(.imapFlags, from: target.state)
    }

    private mutating func take(_ tag: PropertyTag, from bag: PropertyBag) {
        if let value = bag[tag] { values[tag] = value } else { removed.append(tag) }
    }

    private mutating func take(_ name: NamedProperty, from bag: PropertyBag) {
        if let value = bag[name] { values[name] = value } else { removedNames.append(name) }
    }
}
