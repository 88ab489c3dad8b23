public import BinaryIO
public import MAPI
import PSTLTP
import PSTNDB

/// The message store object of a PST by itself — [MS-PST] 2.4.3. Nothing else of the file is looked at, however large
/// it is.
public struct StoreObject: Sendable {
    public let properties: PropertyBag

    /// Also of a file whose header a crash has torn.
    /// - Throws: ``PSTError`` where the file is no PST, or this object cannot be read.
    public static func read(_ storage: any Storage) throws(PSTError) -> StoreObject {
        let nodes = try inNodes { () throws(NDBError) in try NodeReader.open(storage, isLenient: true) }
        // A store without names has no property with one.
        let names = (try? StoredNames(nodes.context(of: .nameToIDMap, budget: nodes.budget()))) ?? StoredNames()
        let budget = nodes.budget()
        var reader = ObjectReader(nodes: nodes, names: names, decoder: nil, budget: budget)
        let context = try nodes.context(of: .messageStore, budget: budget)
        return StoreObject(properties: try reader.properties(context, of: "the message store"))
    }
}
