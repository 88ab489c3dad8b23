/// NID, [MS-PST] 2.2.2.1: names a node of the node B-tree, or a subnode inside its node.
public struct NodeID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `index` is at most 2^27 - 1.
    public init(type: NodeType, index: UInt32) {
        rawValue = index << 5 | UInt32(type.rawValue)
    }

    public var type: NodeType { NodeType(rawValue: UInt8(rawValue & 0x1F)) }
    public var index: UInt32 { rawValue >> 5 }

    /// The node of another type with the same index: a folder's tables.
    public func sibling(_ type: NodeType) -> NodeID { NodeID(type: type, index: index) }

    public static func < (left: NodeID, right: NodeID) -> Bool { left.rawValue < right.rawValue }

    public static let none = NodeID(rawValue: 0)
}

extension NodeID: CustomStringConvertible {
    public var description: String { "0x" + String(rawValue, radix: 16, uppercase: true) }
}

/// nidType, [MS-PST] 2.2.2.1, and the types that Outlook uses beyond it.
public struct NodeType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let internalNode = NodeType(rawValue: 0x01)
    public static let normalFolder = NodeType(rawValue: 0x02)
    public static let searchFolder = NodeType(rawValue: 0x03)
    public static let normalMessage = NodeType(rawValue: 0x04)
    public static let attachment = NodeType(rawValue: 0x05)
    public static let searchUpdateQueue = NodeType(rawValue: 0x06)
    public static let searchCriteria = NodeType(rawValue: 0x07)
    public static let associatedMessage = NodeType(rawValue: 0x08)
    /// OLE data of an attachment; not in the published table, but what Outlook writes and demands.
    public static let storage = NodeType(rawValue: 0x09)
    public static let hierarchyTable = NodeType(rawValue: 0x0D)
    public static let contentsTable = NodeType(rawValue: 0x0E)
    public static let associatedContentsTable = NodeType(rawValue: 0x0F)
    public static let searchContentsTable = NodeType(rawValue: 0x10)
    public static let attachmentTable = NodeType(rawValue: 0x11)
    public static let recipientTable = NodeType(rawValue: 0x12)
    /// NID_TYPE_LTP: large values and row matrices.
    public static let ltp = NodeType(rawValue: 0x1F)

    /// Number of types, and of counters in the header.
    static let count = 32
}
