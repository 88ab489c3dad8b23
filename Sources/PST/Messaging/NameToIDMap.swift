import BinaryIO
public import MAPI
import PSTLTP
import PSTNDB

/// The named properties of a store and the ids they have in it — [MS-PST] 2.4.7. Ids are given out from 0x8000 in the
/// order of first use and never taken back.
public struct NameToIDMap: Sendable {
    private(set) var names: [NamedProperty] = []
    private var ids: [NamedProperty: UInt16] = [:]
    /// GUIDs other than the two that have fixed indexes, in order of first use.
    private var sets: [GUID] = []

    private static let firstID: UInt16 = 0x8000
    /// Ids end at 0xFFFE.
    private static let capacity = 0x7FFF
    private static let bucketCount: UInt32 = 251

    /// Starts with the one name that every mail store has a use for: empty streams are flagged by the repair tool.
    public init() {
        _ = try? register(NamedProperty(set: .psPublicStrings, string: "Keywords"))
        _ = try? register(NamedProperty(set: .psetidCommon, identifier: 0x8503))
    }

    /// The id of a name that has one.
    public func id(of name: NamedProperty) -> UInt16? { ids[name] }

    /// The id of a name, which it gets if it has none.
    /// - Throws: ``PSTError/limit(_:)`` when the 32,767 ids are used up.
    public mutating func register(_ name: NamedProperty) throws(PSTError) -> UInt16 {
        if let id = ids[name] { return id }
        guard names.count < Self.capacity else { throw .limit("a store cannot hold more than 32,767 named properties") }
        let id = Self.firstID + UInt16(names.count)
        names.append(name)
        ids[name] = id
        if name.set != .psMAPI, name.set != .psPublicStrings, !sets.contains(name.set) { sets.append(name.set) }
        return id
    }

    /// wGuid of NAMEID: 1 and 2 are fixed, others count from 3.
    private func setIndex(_ set: GUID) -> UInt16 {
        switch set {
        case .psMAPI: 1
        case .psPublicStrings: 2
        default: UInt16(truncatingIfNeeded: 3 + (sets.firstIndex(of: set) ?? 0))
        }
    }

    /// The property context of node 0x61: bucket count, three streams, and the hash buckets.
    var context: PropertyContextBuilder {
        var entries: [UInt8] = []
        var strings: [UInt8] = []
        var buckets: [UInt32: [UInt8]] = [:]
        for (position, name) in names.enumerated() {
            let isString: UInt16
            let stored: UInt32
            let hashed: UInt32
            switch name.name {
            case .identifier(let number):
                (isString, stored, hashed) = (0, number, number)
            case .string(let text):
                var characters: [UInt8] = []
                PropertyValueEncoding.append(.string(text), to: &characters)
                (isString, stored, hashed) = (1, UInt32(strings.count), pstChecksum(characters))
                strings.append(littleEndian: UInt32(characters.count))
                strings += characters
                strings.append(contentsOf: repeatElement(0, count: (4 - characters.count % 4) % 4))
            }
            let kind = setIndex(name.set) << 1 | isString
            func record(_ number: UInt32) -> [UInt8] {
                var bytes: [UInt8] = []
                bytes.append(littleEndian: number)
                bytes.append(littleEndian: kind)
                bytes.append(littleEndian: UInt16(position))
                return bytes
            }
            entries += record(stored)
            buckets[(hashed ^ UInt32(kind)) % Self.bucketCount, default: []] += record(hashed)
        }
        var context = PropertyContextBuilder()
        context.add(0x0001, .integer32(Int32(Self.bucketCount)))
        context.add(0x0002, .binary(sets.flatMap(\.bytes)))
        context.add(0x0003, .binary(entries))
        context.add(0x0004, .binary(strings))
        for (bucket, records) in buckets { context.add(0x1000 + UInt16(bucket), .binary(records)) }
        return context
    }
}
