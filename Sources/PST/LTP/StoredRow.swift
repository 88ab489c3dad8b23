public import MAPI
public import PSTNDB

/// A row of a table in a database: its existing cells in stored form, fit to be taken into another table with
/// ``TableRow/init(_:schema:)``.
public struct StoredRow: Sendable {
    /// What a cell holds.
    public enum Content: Hashable, Sendable {
        /// The bytes of the value, [MS-PST] 2.3.3.3; none for an empty one.
        case bytes([UInt8])
        /// The value's data tree, in a subnode of the table; shared with whoever else refers to it.
        case block(BlockID)
    }

    /// dwRowID: for rows of folders and messages the id of the node.
    public let id: UInt32
    /// PidTagLtpRowVer.
    public let version: UInt32
    /// In ascending order of the tags, without PidTagLtpRowId and PidTagLtpRowVer.
    public let cells: [(tag: PropertyTag, content: Content)]

    /// The cell of a column; nil where the row has none.
    public func content(_ tag: PropertyTag) -> Content? { cells.first { $0.tag == tag }?.content }

    /// The value of a cell; nil where there is none, where it is in a data tree, or where the bytes do not fit the type.
    public func value(_ tag: PropertyTag) -> PropertyValue? {
        guard case .bytes(let bytes) = content(tag) else { return nil }
        return PropertyValueEncoding.value(of: tag.type, bytes[...])
    }
}
