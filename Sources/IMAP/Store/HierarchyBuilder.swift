import IMAPGrammar
import MailStore

/// Makes the tree people see out of a list of mailboxes.
struct HierarchyBuilder {
    let namespaces: Namespaces?
    let spelling: MailboxName.Spelling
    let includesSharedFolders: Bool
    let includesVirtualFolders: Bool
    /// Gmail: all mail is a folder like others, but holds the messages only that have no other label.
    let hasLabels: Bool

    struct Entry {
        let mailbox: Mailbox
        let info: FolderInfo
    }

    func build(_ mailboxes: [Mailbox]) -> [Entry] {
        let unique = Dictionary(grouping: mailboxes.compactMap { $0.status?.uidValidity }, by: { $0 })
            .filter { $0.value.count == 1 }
        var entries: [Entry] = []
        var rolesTaken: Set<FolderRole> = []
        let kept = mailboxes.filter(isWanted).map { ($0, path(of: $0)) }.filter { !$0.1.names.isEmpty }
        for (mailbox, path) in kept {
            var role = mailbox.markedRole ?? FolderRole(wellKnownPath: path)
            if role == .inbox && !mailbox.name.isInbox { role = nil }
            if let found = role, !rolesTaken.insert(found).inserted && found == .inbox { role = nil }
            entries.append(
                Entry(
                    mailbox: mailbox,
                    info: FolderInfo(
                        id: mailbox.name.id, path: path, role: role, holdsMessages: mailbox.holdsMessages,
                        persistentID: persistentID(of: mailbox, unique: unique.keys.contains))))
        }
        return sorted(entries + missingParents(of: entries))
    }

    /// MAILBOXID where there is one; else UIDVALIDITY, which a rename leaves as it is, if no other mailbox has the same.
    private func persistentID(of mailbox: Mailbox, unique: (UInt64) -> Bool) -> String? {
        guard let status = mailbox.status else { return nil }
        if let id = status.mailboxID { return id }
        guard let validity = status.uidValidity, unique(validity) else { return nil }
        return "uidvalidity:\(validity)"
    }

    /// What is not built, in the order of the list.
    func leftOut(of mailboxes: [Mailbox]) -> [LeftOutFolder] {
        mailboxes.compactMap { mailbox in
            guard mailbox.holdsMessages, let reason = reasonToLeaveOut(mailbox) else { return nil }
            return LeftOutFolder(path: path(of: mailbox), reason: reason)
        }
    }

    private func isWanted(_ mailbox: Mailbox) -> Bool { reasonToLeaveOut(mailbox) == nil }

    private func reasonToLeaveOut(_ mailbox: Mailbox) -> LeftOutFolder.Reason? {
        if !includesVirtualFolders {
            if mailbox.isView { return .view }
            if mailbox.isAllMail && !hasLabels { return .allMail }
        }
        return includesSharedFolders ? nil : foreignness(of: mailbox)
    }

    /// The namespace with the longest prefix decides; INBOX is always one's own.
    private func foreignness(of mailbox: Mailbox) -> LeftOutFolder.Reason? {
        guard let namespaces, !mailbox.name.isInbox else { return nil }
        let own = longestPrefix(namespaces.personal, of: mailbox.name) ?? -1
        let others = longestPrefix(namespaces.otherUsers, of: mailbox.name) ?? -1
        let shared = longestPrefix(namespaces.shared, of: mailbox.name) ?? -1
        guard max(others, shared) > own else { return nil }
        return others >= shared ? .otherUsers : .shared
    }

    private func longestPrefix(_ list: [Namespaces.Namespace], of name: MailboxName) -> Int? {
        list.compactMap { namespace -> Int? in
            var prefix = MailboxName(wire: namespace.prefix, spelling: spelling).encoded
            if name.encoded.starts(with: prefix) { return prefix.count }
            // The namespace itself may be listed, without its final separator.
            if let delimiter = namespace.delimiter, prefix.last == delimiter { prefix.removeLast() }
            return !prefix.isEmpty && name.encoded == prefix ? prefix.count : nil
        }.max()
    }

    /// Where a server keeps every folder below INBOX, that level means nothing.
    private func path(of mailbox: Mailbox) -> FolderPath {
        var levels = mailbox.name.levels(delimiter: mailbox.delimiter)
        let isInboxNamespace =
            namespaces?.personal.contains { namespace in
                guard let delimiter = namespace.delimiter, namespace.prefix.last == delimiter else { return false }
                return MailboxName(wire: Array(namespace.prefix.dropLast()), spelling: spelling).isInbox
            } ?? false
        if isInboxNamespace && levels.count > 1 && levels[0].uppercased() == "INBOX" { levels.removeFirst() }
        return FolderPath(levels)
    }

    /// Parents that exist as part of other names only.
    private func missingParents(of entries: [Entry]) -> [Entry] {
        var known = Set(entries.map(\.info.path))
        var parents: [Entry] = []
        for entry in entries {
            guard let delimiter = entry.mailbox.delimiter else { continue }
            var names = entry.info.path.names.dropLast()
            var encoded = entry.mailbox.name.encoded
            while !names.isEmpty, let end = encoded.lastIndex(of: delimiter) {
                encoded = Array(encoded[..<end])
                let path = FolderPath(Array(names))
                if known.insert(path).inserted {
                    let name = MailboxName(encoded: encoded)
                    let mailbox = Mailbox(name: name, delimiter: delimiter, attributes: ["\\NONEXISTENT"])
                    parents.append(
                        Entry(
                            mailbox: mailbox,
                            info: FolderInfo(id: name.id, path: path, role: nil, holdsMessages: false)))
                }
                names = names.dropLast()
            }
        }
        return parents
    }

    /// INBOX first, then by name, level by level: parents come before their children.
    private func sorted(_ entries: [Entry]) -> [Entry] {
        entries.sorted { left, right in
            let isLeftInbox = left.mailbox.name.isInbox
            if isLeftInbox != right.mailbox.name.isInbox { return isLeftInbox }
            let (a, b) = (left.info.path.names, right.info.path.names)
            if a == b { return left.info.id.rawValue < right.info.id.rawValue }
            return a.lexicographicallyPrecedes(b)
        }
    }
}
