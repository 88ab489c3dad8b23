import PSTNDB

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

    /// Page and item in a file of any format.
    func place(in format: FileFormat) -> (page: Int, item: Int) {
        let bits = format.heapItemBits
        return (Int(rawValue >> (5 + bits)), Int(rawValue >> 5 & (1 << bits - 1)))
    }

    /// Whether a HNID ([MS-PST] 2.3.3.2) is a heap item; else it is the id of a subnode.
    var isHeapItem: Bool { rawValue & 0x1F == 0 }
}

/// Bounds of the heap, [MS-PST] 2.3.1.
enum HeapLimits {
    /// Bytes of one item; larger values go to a subnode.
    static let item = 3580
    static let itemsPerPage = 2047
    /// hidBlockIndex has 16 bits.
    static let pages = 1 << 16
    /// Levels of a BTH beyond this cannot be needed: 447 to the power of 8 records.
    static let treeLevels: UInt8 = 8
    /// Heap pages that a reader keeps.
    static let cachedPages = 64
    /// Free bytes from which on a page is worth changing for a new item.
    static let worthwhileRoom = 512
    /// Pages of unknown room that are looked at before a new page is begun.
    static let probes = 16
    /// Depth of subnodes in subnodes, and number of subnodes, that are followed to compute the size of an object.
    static let subnodeDepth = 128
    static let countedSubnodes = 1 << 20
}
