/// A property id and its type, `IIIITTTT` as written in the specifications — [MS-OXCDATA] 2.9.
///
/// Ids 0x8000 and above belong to named properties and differ from store to store; a tag in our sources
/// is therefore always below 0x8000. Named ones are ``NamedProperty``.
public struct PropertyTag: RawRepresentable, Hashable, Sendable, Comparable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    @inlinable
    public init(id: UInt16, type: PropertyType) {
        rawValue = UInt32(id) << 16 | UInt32(type.rawValue)
    }

    @inlinable public var id: UInt16 { UInt16(rawValue >> 16) }
    @inlinable public var type: PropertyType { PropertyType(rawValue: UInt16(truncatingIfNeeded: rawValue)) }

    @inlinable
    public static func < (left: PropertyTag, right: PropertyTag) -> Bool { left.rawValue < right.rawValue }
}

extension PropertyTag: CustomStringConvertible {
    public var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
