import MailStore

/// What a folder of the base holds, for items that nobody has copied from a source.
struct MergePlace: Sendable {
    /// What its messages say, copied or not, and how many of them.
    private var keys: [[UInt8]: Int] = [:]
    /// Those that a newer version may replace.
    var versions = ItemVersions()

    /// Whether a message says that.
    func holds(_ key: [UInt8]) -> Bool { (keys[key] ?? 0) > 0 }

    mutating func add(_ key: [UInt8]) { keys[key, default: 0] += 1 }

    mutating func remove(_ key: [UInt8]) { keys[key, default: 1] -= 1 }
}

/// Items of a folder, found by what the versions of an item have in common.
struct ItemVersions: Sendable {
    struct Entry: Sendable {
        let id: MessageID
        let folder: FolderID
        let version: ItemVersion
        /// What it says.
        let key: [UInt8]?
    }

    private struct Key<Value: Hashable & Sendable>: Hashable, Sendable {
        let value: Value
        let messageClass: String
    }

    private var bySearchKey: [Key<[UInt8]>: [Entry]] = [:]
    private var byMessageID: [Key<String>: [Entry]] = [:]

    private static func searchKey(_ version: ItemVersion) -> Key<[UInt8]>? {
        version.searchKey.map { Key(value: $0, messageClass: version.messageClass) }
    }

    private static func messageID(_ version: ItemVersion) -> Key<String>? {
        version.messageID.map { Key(value: $0, messageClass: version.messageClass) }
    }

    mutating func add(_ entry: Entry) {
        if let key = Self.searchKey(entry.version) { bySearchKey[key, default: []].append(entry) }
        if let key = Self.messageID(entry.version) { byMessageID[key, default: []].append(entry) }
    }

    mutating func remove(_ entry: Entry) {
        if let key = Self.searchKey(entry.version) { bySearchKey[key]?.removeAll { $0.id == entry.id } }
        if let key = Self.messageID(entry.version) { byMessageID[key]?.removeAll { $0.id == entry.id } }
    }

    /// Versions of the same item. Where one of two has no search key, the message-ID tells.
    func versions(of version: ItemVersion) -> [Entry] {
        let sameID = Self.messageID(version).flatMap { byMessageID[$0] } ?? []
        guard let key = Self.searchKey(version) else { return sameID }
        return (bySearchKey[key] ?? []) + sameID.filter { $0.version.searchKey == nil }
    }
}
