import BinaryIO
public import MAPI
import PSTLTP
import PSTNDB

/// The named properties of a store and the ids they have in it — [MS-PST] 2.4.7. Ids are given out in the order of first
/// use and never taken back; what another program wrote into the map stays as it is, and new names stand behind it.
public struct NameToIDMap: Sendable {
    private var ids: [NamedProperty: UInt16] = [:]
    /// The wPropIdx of the next name.
    private var nextIndex = 0
    private let bucketCount: UInt32
    /// The GUID stream, the entry stream and the string stream.
    private var sets: [UInt8] = []
    private var entries: [UInt8] = []
    private var strings: [UInt8] = []
    /// The hash buckets that are not empty, by the id of their property.
    private var buckets: [UInt16: [UInt8]] = [:]
    private var setIndexes: [GUID: UInt16] = [:]
    /// Properties of the map that the file does not have like this yet.
    private(set) var changed: Set<UInt16> = []

    private static let firstID: UInt16 = 0x8000
    /// Ids end at 0xFFFE.
    private static let capacity = 0x7FFF
    private static let usualBucketCount: UInt32 = 251

    private enum Stream {
        static let bucketCount: UInt16 = 0x0001
        static let sets: UInt16 = 0x0002
        static let entries: UInt16 = 0x0003
        static let strings: UInt16 = 0x0004
        static let firstBucket: UInt16 = 0x1000
    }

    /// Starts with the one name that every mail store has a use for: empty streams are flagged by the repair tool.
    public init() {
        bucketCount = Self.usualBucketCount
        changed = [Stream.bucketCount]
        _ = try? register(NamedProperty(set: .psPublicStrings, string: "Keywords"))
        _ = try? register(NamedProperty(set: .psetidCommon, identifier: 0x8503))
    }

    /// The map of an existing store, from the property context of node 0x61. Entries that make no sense are kept, and
    /// are no names.
    init(_ context: PropertyContextReader) throws(PSTError) {
        func binary(_ id: UInt16) throws(PSTError) -> [UInt8] {
            guard let record = context.record(id) else { return [] }
            let value = try inTables { () throws(LTPError) in
                try context.value(record, limit: MessagingLimits.nameStream)
            }
            if case .binary(let bytes) = value { return bytes }
            return []
        }
        let count = context.record(Stream.bucketCount)?.word ?? 0
        guard (1...UInt32(0x7FFF - Stream.firstBucket)).contains(count) else {
            throw .damaged("the map of named properties: found \(count) buckets, expected 1 to 28,671")
        }
        bucketCount = count
        sets = try binary(Stream.sets)
        entries = try binary(Stream.entries)
        strings = try binary(Stream.strings)
        // What is no whole record at the end of a stream would shift those behind it.
        sets.removeLast(sets.count % 16)
        entries.removeLast(entries.count % 8)
        let bucketIDs = Stream.firstBucket...(Stream.firstBucket + UInt16(count - 1))
        for record in context.records where bucketIDs.contains(record.id) { buckets[record.id] = try binary(record.id) }
        for (position, start) in stride(from: 0, to: sets.count, by: 16).enumerated() {
            guard let set = GUID(bytes: sets[start..<start + 16]), setIndexes[set] == nil, position < 0x7FFC else {
                continue
            }
            setIndexes[set] = UInt16(3 + position)
        }
        let known = try StoredNames(context)
        for start in stride(from: 0, to: entries.count, by: 8) {
            let index = entries.loadLittleEndian(UInt16.self, at: start + 6) ?? 0
            nextIndex = max(nextIndex, Int(index) + 1)
            guard index < 0x7FFF, let name = known.name(of: Self.firstID + index), ids[name] == nil else { continue }
            ids[name] = known.id(of: name)
        }
    }

    /// The id of a name that has one.
    public func id(of name: NamedProperty) -> UInt16? { ids[name] }

    /// The id of a name, which it gets if it has none.
    /// - Throws: ``PSTError/limit(_:)`` when the 32,767 ids are used up.
    public mutating func register(_ name: NamedProperty) throws(PSTError) -> UInt16 {
        if let id = ids[name] { return id }
        guard nextIndex < Self.capacity else { throw .limit("a store cannot hold more than 32,767 named properties") }
        let index = UInt16(nextIndex)
        let set = try setIndex(name.set)
        let stored: UInt32
        let hashed: UInt32
        let isString: UInt16
        switch name.name {
        case .identifier(let number): (stored, hashed, isString) = (number, number, 0)
        case .string(let text):
            var characters: [UInt8] = []
            PropertyValueEncoding.append(.string(text), to: &characters)
            // Offsets are multiples of 4 whatever the stream held before.
            strings.append(contentsOf: repeatElement(0, count: (4 - strings.count % 4) % 4))
            (stored, hashed, isString) = (UInt32(truncatingIfNeeded: strings.count), pstChecksum(characters), 1)
            strings.append(littleEndian: UInt32(truncatingIfNeeded: characters.count))
            strings += characters
            strings.append(contentsOf: repeatElement(0, count: (4 - characters.count % 4) % 4))
            changed.insert(Stream.strings)
        }
        let kind = set << 1 | isString
        func record(_ number: UInt32) -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.append(littleEndian: number)
            bytes.append(littleEndian: kind)
            bytes.append(littleEndian: index)
            return bytes
        }
        entries += record(stored)
        let bucket = Stream.firstBucket + UInt16((hashed ^ UInt32(kind)) % bucketCount)
        buckets[bucket, default: []] += record(hashed)
        changed.formUnion([Stream.entries, bucket])
        nextIndex += 1
        ids[name] = Self.firstID + index
        return Self.firstID + index
    }

    /// wGuid of NAMEID: 0 to 2 are fixed, others count from 3.
    private mutating func setIndex(_ set: GUID) throws(PSTError) -> UInt16 {
        switch set {
        case .psMAPI: return 1
        case .psPublicStrings: return 2
        default: break
        }
        if let index = setIndexes[set] { return index }
        let position = sets.count / 16
        guard position < 0x7FFC else { throw .limit("a store cannot hold more than 32,764 property sets") }
        sets += set.bytes
        changed.insert(Stream.sets)
        setIndexes[set] = UInt16(3 + position)
        return UInt16(3 + position)
    }

    /// The value of one of the map's own properties.
    func value(_ id: UInt16) -> PropertyValue {
        switch id {
        case Stream.bucketCount: .integer32(Int32(bucketCount))
        case Stream.sets: .binary(sets)
        case Stream.entries: .binary(entries)
        case Stream.strings: .binary(strings)
        default: .binary(buckets[id] ?? [])
        }
    }

    /// The property context of node 0x61 of a new store: bucket count, three streams, and the hash buckets.
    var context: PropertyContextBuilder {
        var context = PropertyContextBuilder()
        for id in [Stream.bucketCount, Stream.sets, Stream.entries, Stream.strings] + buckets.keys.sorted() {
            context.add(id, value(id))
        }
        return context
    }

    /// Says that the file has the map as it is now.
    mutating func markStored() { changed = [] }

    /// The same names under the same ids, for a store that has no map yet.
    public var forNewStore: NameToIDMap {
        var copy = self
        copy.changed = Set([Stream.bucketCount, Stream.sets, Stream.entries, Stream.strings] + buckets.keys)
        return copy
    }
}
