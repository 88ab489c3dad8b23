/// The node B-tree as compact arrays in ascending order of the NIDs: 25 bytes a node.
final class NodeIndex {
    struct State: OptionSet {
        let rawValue: UInt8
        /// A check has looked at the node.
        static let visited = State(rawValue: 1)
        /// A row of its folder's table names the message, or one of the parent's hierarchy table the folder.
        static let listed = State(rawValue: 2)
        /// A folder that can be reached from the root folder.
        static let reached = State(rawValue: 4)
        /// A message whose read flag is set.
        static let read = State(rawValue: 8)
    }

    private(set) var ids: [UInt32] = []
    private(set) var data: [UInt64] = []
    private(set) var subnodes: [UInt64] = []
    private(set) var parents: [UInt32] = []
    var states: [State] = []
    private var hint = 0

    var count: Int { ids.count }

    func append(id: UInt32, data: UInt64, subnodes: UInt64, parent: UInt32) {
        ids.append(id)
        self.data.append(data & ~1)
        self.subnodes.append(subnodes & ~1)
        parents.append(parent)
    }

    func seal() {
        if zip(ids, ids.dropFirst()).contains(where: { $0 >= $1 }) {
            var order = ids.indices.sorted { ids[$0] < ids[$1] }
            var last: UInt32?
            order.removeAll { index in
                defer { last = ids[index] }
                return ids[index] == last
            }
            ids = order.map { ids[$0] }
            data = order.map { data[$0] }
            subnodes = order.map { subnodes[$0] }
            parents = order.map { parents[$0] }
        }
        states = Array(repeating: [], count: ids.count)
    }

    func index(of id: UInt32) -> Int? {
        let end = min(hint + 4, ids.count)
        var near = hint
        while near < end {
            if ids[near] == id {
                hint = near
                return near
            }
            near += 1
        }
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        guard low < ids.count, ids[low] == id else { return nil }
        hint = low
        return low
    }

    func contains(_ id: UInt32) -> Bool { index(of: id) != nil }
}

/// nidType, [MS-PST] 2.2.2.1.
enum NodeKind {
    static let folder: UInt32 = 0x02
    static let searchFolder: UInt32 = 0x03
    static let message: UInt32 = 0x04
    static let attachment: UInt32 = 0x05
    static let searchQueue: UInt32 = 0x06
    static let searchCriteria: UInt32 = 0x07
    static let associatedMessage: UInt32 = 0x08
    static let hierarchyTable: UInt32 = 0x0D
    static let contentsTable: UInt32 = 0x0E
    static let associatedTable: UInt32 = 0x0F
    static let searchTable: UInt32 = 0x10
    static let value: UInt32 = 0x1F

    /// Every type that occurs; others are unknown.
    static let known: Set<UInt32> = [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12,
        0x13, 0x16, 0x17, 0x18, 0x1F,
    ]

    static func of(_ id: UInt32) -> UInt32 { id & 0x1F }
    static func isFolder(_ id: UInt32) -> Bool { id & 0x1F == folder || id & 0x1F == searchFolder }
    static func isMessage(_ id: UInt32) -> Bool { id & 0x1F == message || id & 0x1F == associatedMessage }
    /// The node of another type with the same index.
    static func sibling(_ id: UInt32, _ kind: UInt32) -> UInt32 { id & ~0x1F | kind }
}
