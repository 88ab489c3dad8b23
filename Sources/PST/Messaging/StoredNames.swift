import BinaryIO
public import MAPI
import PSTLTP
import PSTNDB

/// The named properties of a store that is read, and the ids they have in it — [MS-PST] 2.4.7.
public struct StoredNames: Sendable {
    private var names: [UInt16: NamedProperty] = [:]
    private var ids: [NamedProperty: UInt16] = [:]
    /// Entries that make no sense; one line each.
    public private(set) var problems: [String] = []

    /// No names.
    init() {}

    public var count: Int { names.count }

    /// The name of a property id from 0x8000 on.
    public func name(of id: UInt16) -> NamedProperty? { names[id] }

    /// The id that a name has in this store.
    public func id(of name: NamedProperty) -> UInt16? { ids[name] }

    /// From the property context of node 0x61.
    init(_ context: PropertyContextReader) throws(PSTError) {
        func stream(_ id: UInt16) throws(PSTError) -> [UInt8] {
            guard let record = context.record(id) else { return [] }
            let value = try inTables { () throws(LTPError) in
                try context.value(record, limit: MessagingLimits.nameStream)
            }
            guard case .binary(let bytes) = value else { return [] }
            return bytes
        }
        let sets = try stream(0x0002)
        let entries = try stream(0x0003)
        let strings = try stream(0x0004)
        for start in stride(from: 0, to: entries.count - entries.count % 8, by: 8) {
            let value = entries.loadLittleEndian(UInt32.self, at: start) ?? 0
            let kind = entries.loadLittleEndian(UInt16.self, at: start + 4) ?? 0
            let index = entries.loadLittleEndian(UInt16.self, at: start + 6) ?? 0
            guard index < 0x7FFF else {
                problems.append("NAMEID.wPropIdx: found \(index), expected below 32767")
                continue
            }
            let id = 0x8000 + index
            guard let set = Self.set(kind >> 1, in: sets),
                let name = Self.name(value, isString: kind & 1 != 0, set, strings)
            else {
                problems.append(
                    "NAMEID of property 0x\(String(id, radix: 16)): found \(value), \(kind), expected a name")
                continue
            }
            names[id] = name
            if ids[name] == nil { ids[name] = id }
        }
    }

    private static func set(_ index: UInt16, in sets: [UInt8]) -> GUID? {
        switch index {
        case 0: return GUID(0, 0, 0, tail: 0)
        case 1: return .psMAPI
        case 2: return .psPublicStrings
        default:
            let start = 16 * (Int(index) - 3)
            return start + 16 <= sets.count ? GUID(bytes: sets[start..<start + 16]) : nil
        }
    }

    private static func name(_ value: UInt32, isString: Bool, _ set: GUID, _ strings: [UInt8]) -> NamedProperty? {
        guard isString else { return NamedProperty(set: set, identifier: value) }
        let start = Int(value)
        guard let count = strings.loadLittleEndian(UInt32.self, at: start), Int(count) <= strings.count - start - 4,
            case .string(let text)? = PropertyValueEncoding.value(
                of: .string, strings[(start + 4)..<(start + 4 + Int(count))])
        else { return nil }
        return NamedProperty(set: set, string: text)
    }
}
