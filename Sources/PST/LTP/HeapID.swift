/// HID, [MS-PST] 2.3.1.1: an item of a heap.
public struct HeapID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `item` counts from 1, `page` from 0.
    init(page: Int, item: Int) {
        rawValue = UInt32(page) << 16 | UInt32(item) << 5
    }

    /// No value, or an empty one.
    public static let none = HeapID(rawValue: 0)

    var page: Int { Int(rawValue >> 16) }
    var item: Int { Int(rawValue >> 5 & 0x7FF) }
}

/// Bounds of the heap, [MS-PST] 2.3.1.
enum HeapLimits {
    /// Bytes of one item; larger values go to a subnode.
    static let item = 3580
    static let itemsPerPage = 2047
    /// hidBlockIndex has 16 bits.
    static let pages = 1 << 16
}
