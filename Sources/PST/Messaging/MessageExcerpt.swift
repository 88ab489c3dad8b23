public import MAPI
import PSTLTP
public import PSTNDB

extension PSTReader {
    /// Reads some properties of an object, and the beginning of one more that may be large.
    /// - Parameters:
    ///   - headOf: the id in this store of a binary property; nil for none.
    ///   - count: bytes of it; at most what is there is given.
    /// - Throws: ``PSTError`` where there is no such object, or nothing of it can be read.
    public func excerpt(
        of id: NodeID, headOf large: UInt16?, count: Int, where isWanted: (UInt16) -> Bool
    ) throws(PSTError) -> (properties: PropertyBag, head: [UInt8]?, problems: [String]) {
        let budget = nodes.budget()
        var reader = ObjectReader(nodes: nodes, names: names, decoder: options.decoder, budget: budget)
        let context = try nodes.context(of: id, budget: budget)
        let properties = try reader.properties(context, of: "\(id)") { isWanted($0) && $0 != large }
        guard let large, let record = context.record(large), record.type == .binary else {
            return (properties, nil, reader.problems)
        }
        let head: [UInt8]
        if let top = try inTables({ () throws(LTPError) in try context.storedValue(record) }) {
            head = try inNodes { () throws(NDBError) in
                var blocks = try nodes.dataBlocks(of: top, budget: budget)
                var first: [UInt8] = []
                _ = try blocks.next(appendingTo: &first)
                return first
            }
        } else {
            guard case .binary(let bytes) = try inTables({ () throws(LTPError) in try context.value(record) }) else {
                return (properties, nil, reader.problems)
            }
            head = bytes
        }
        return (properties, Array(head.prefix(count)), reader.problems)
    }
}
