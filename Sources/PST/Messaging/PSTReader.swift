public import BinaryIO
public import MAPI
public import PSTLTP
public import PSTNDB

/// How a PST is read.
public struct PSTReaderOptions: Sendable {
    /// Text of bytes in a code page; nil for the code page where the object names none.
    public typealias TextDecoder = @Sendable (_ bytes: [UInt8], _ codePage: Int32?) -> String

    /// Accept wrong checksums, for salvage. What is read then may be wrong without a word.
    public var isLenient = false
    /// Turns the 8-bit strings of old stores into Unicode; without one they stay `.string8`.
    public var decoder: TextDecoder?

    public init(isLenient: Bool = false, decoder: TextDecoder? = nil) {
        self.isLenient = isLenient
        self.decoder = decoder
    }
}

/// A PST that is read: any format and encoding, whichever program wrote it. May be used from several threads at once;
/// nothing may write to its storage meanwhile.
public final class PSTReader: Sendable {
    /// The layers below, for those who look at structures rather than messages.
    public let nodes: NodeReader
    public let names: StoredNames
    /// The message store object, [MS-PST] 2.4.3.
    public let store: PropertyBag
    /// What of the store's own objects is damaged; one line each.
    public let problems: [String]
    let options: PSTReaderOptions
    let index: NodeIndex

    public var format: FileFormat { nodes.format }
    public var encoding: ContentEncoding { nodes.encoding }

    /// Opens a store. Damage is tolerated wherever something can be read all the same: see ``problems``.
    /// - Throws: ``PSTError`` where the file is no PST, or its header or all of a tree is damaged.
    public static func open(
        _ storage: any Storage, options: PSTReaderOptions = PSTReaderOptions()
    ) throws(PSTError) -> PSTReader {
        let nodes = try inNodes { () throws(NDBError) in
            try NodeReader.open(storage, isLenient: options.isLenient)
        }
        return try PSTReader(nodes, options)
    }

    private init(_ nodes: NodeReader, _ options: PSTReaderOptions) throws(PSTError) {
        self.nodes = nodes
        self.options = options
        var problems: [String] = []
        index = NodeIndex(nodes)
        problems += index.problems
        if nodes.missingBytes > 0 {
            problems.append("ROOT.ibFileEof: found a file that is \(nodes.missingBytes) bytes shorter")
        }
        guard !index.isEmpty else {
            throw .damaged(problems.first ?? "the node B-tree has no nodes")
        }
        var names = StoredNames()
        do {
            names = try StoredNames(nodes.context(of: .nameToIDMap, budget: nodes.budget()))
            problems += names.problems
        } catch {
            problems.append("the map of named properties: \(error)")
        }
        self.names = names
        var store = PropertyBag()
        do {
            let budget = nodes.budget()
            var reader = ObjectReader(nodes: nodes, names: names, decoder: options.decoder, budget: budget)
            store = try reader.properties(nodes.context(of: .messageStore, budget: budget), of: "the message store")
            problems += reader.problems
        } catch {
            problems.append("the message store: \(error)")
        }
        self.store = store
        self.problems = problems
    }
}

/// Messages.
extension PSTReader {
    /// Reads a message with its recipients and attachments. Large attachments are read when their stream is.
    /// - Throws: ``PSTError`` where there is no such message, or nothing of it can be read.
    public func message(_ id: NodeID) throws(PSTError) -> PSTMessage {
        let entry = try self.entry(of: id)
        var reader = ObjectReader(nodes: nodes, names: names, decoder: options.decoder, budget: nodes.budget())
        let (object, codePage) = try reader.message(data: entry.data, subnodes: entry.subnodes, depth: 0, "message")
        return PSTMessage(object: object, problems: reader.problems, codePage: codePage, parent: entry.parent)
    }

    /// Reads some properties of a folder or message: those for which `isWanted` is true of the id in this store.
    public func properties(
        of id: NodeID, where isWanted: (UInt16) -> Bool = { _ in true }
    ) throws(PSTError) -> (properties: PropertyBag, problems: [String]) {
        let budget = nodes.budget()
        var reader = ObjectReader(nodes: nodes, names: names, decoder: options.decoder, budget: budget)
        let context = try nodes.context(of: id, budget: budget)
        let properties = try reader.properties(context, of: "\(id)", where: isWanted)
        return (properties, reader.problems)
    }

    /// The code page that most of the first messages name: a guess for what is in no message, such as folder names.
    public func usualCodePage() -> Int32? {
        var counts: [Int32: Int] = [:]
        for id in index.someMessages(MessagingLimits.sampledMessages) {
            let read = try? properties(of: id) { id in
                StringCodePage.sources.contains { $0.id == id }
            }
            guard let number = StringCodePage.number({ read?.properties.integer32($0) }) else { continue }
            counts[number, default: 0] += 1
        }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// Whether there is a node with that id.
    public func exists(_ id: NodeID) throws(PSTError) -> Bool {
        try inNodes { () throws(NDBError) in try nodes.node(id) } != nil
    }

    private func entry(of id: NodeID) throws(PSTError) -> NodeEntry {
        try nodes.entry(of: id)
    }

    /// The table in a node.
    public func table(_ id: NodeID) throws(PSTError) -> TableReader {
        let entry = try entry(of: id)
        return try inTables { () throws(LTPError) in
            try TableReader(data: entry.data, subnodes: entry.subnodes, in: nodes, budget: nodes.budget())
        }
    }
}

extension NodeReader {
    func entry(of id: NodeID) throws(PSTError) -> NodeEntry {
        guard let entry = try inNodes({ () throws(NDBError) in try node(id) }) else {
            throw .damaged("NBTENTRY.nid: found no entry, expected node \(id)")
        }
        return entry
    }

    /// The property context in a node.
    func context(of id: NodeID, budget: ReadBudget) throws(PSTError) -> PropertyContextReader {
        let entry = try entry(of: id)
        return try inTables { () throws(LTPError) in
            try PropertyContextReader(data: entry.data, subnodes: entry.subnodes, in: self, budget: budget)
        }
    }
}
