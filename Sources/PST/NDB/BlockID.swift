/// BID, [MS-PST] 2.2.2.2. Bit 1 marks internal blocks (XBLOCK, XXBLOCK, SLBLOCK, SIBLOCK); bit 0 is never stored.
public struct BlockID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue & ~1
    }

    public static let none = BlockID(rawValue: 0)

    public var isNone: Bool { rawValue == 0 }
    public var isInternal: Bool { rawValue & 2 != 0 }

    public static func < (left: BlockID, right: BlockID) -> Bool { left.rawValue < right.rawValue }
}

extension BlockID: CustomStringConvertible {
    public var description: String { "0x" + String(rawValue, radix: 16, uppercase: true) }
}

/// BREF, [MS-PST] 2.2.2.4: a page or block and where it lies, in bytes from the start of the file. The id of a
/// **page** is a number of its own space, all bits of which count.
public struct BlockReference: Hashable, Sendable {
    public var bid: UInt64
    public var offset: UInt64

    public init(bid: UInt64, offset: UInt64) {
        self.bid = bid
        self.offset = offset
    }
}

/// wSig, [MS-PST] 5.5.
package func signature(offset: UInt64, bid: UInt64) -> UInt16 {
    let mixed = UInt32(truncatingIfNeeded: offset ^ bid)
    return UInt16(truncatingIfNeeded: mixed >> 16) ^ UInt16(truncatingIfNeeded: mixed)
}
