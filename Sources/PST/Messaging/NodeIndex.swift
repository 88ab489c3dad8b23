import PSTNDB

/// Folders and messages as the node B-tree has them: what there is, whatever the tables say.
struct NodeIndex: Sendable {
    /// The parent of every folder, search folders not counted.
    private(set) var folders: [NodeID: NodeID] = [:]
    /// Every message under its parent: the parent's id above the message's, in ascending order.
    private var messages: [UInt64] = []
    let problems: [String]
    private(set) var isEmpty = true

    init(_ nodes: NodeReader) {
        var folders: [NodeID: NodeID] = [:]
        var messages: [UInt64] = []
        var count = 0
        let damages = nodes.forEachNode { id, entry in
            count += 1
            switch id.type {
            case .normalFolder: folders[id] = entry.parent
            case .normalMessage: messages.append(UInt64(entry.parent.rawValue) << 32 | UInt64(id.rawValue))
            default: break
            }
        }
        isEmpty = count == 0
        self.folders = folders
        messages.sort()
        self.messages = messages
        problems = damages.map(\.description)
    }

    /// The messages whose parent is `folder`, in ascending order of their ids.
    func messages(in folder: NodeID) -> [NodeID] {
        let start = position(of: UInt64(folder.rawValue) << 32)
        return messages[start...].prefix { $0 >> 32 == UInt64(folder.rawValue) }
            .map { NodeID(rawValue: UInt32(truncatingIfNeeded: $0)) }
    }

    func contains(_ message: NodeID, in folder: NodeID) -> Bool {
        let key = UInt64(folder.rawValue) << 32 | UInt64(message.rawValue)
        let position = position(of: key)
        return position < messages.count && messages[position] == key
    }

    /// Messages that lie in no folder, with the parent they name.
    var lost: [(message: NodeID, parent: NodeID)] {
        messages.lazy.map { key in
            (NodeID(rawValue: UInt32(truncatingIfNeeded: key)), NodeID(rawValue: UInt32(truncatingIfNeeded: key >> 32)))
        }.filter { folders[$0.1] == nil && $0.1.type != .searchFolder }
    }

    /// The first messages in the order of their parents, at most `count`.
    func someMessages(_ count: Int) -> [NodeID] {
        messages.prefix(count).map { NodeID(rawValue: UInt32(truncatingIfNeeded: $0)) }
    }

    private func position(of key: UInt64) -> Int {
        var low = 0
        var high = messages.count
        while low < high {
            let middle = (low + high) / 2
            if messages[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
