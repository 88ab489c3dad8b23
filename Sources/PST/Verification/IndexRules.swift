import BinaryIO

/// Outlook's own indexes, which are not in the specification: node 0xC01 from replication ids to nodes, node 0xE01 from
/// conversations to messages.
extension Rule {
    static let idMapShape = Rule(
        "id-map", any: nil, fresh: .error, "scanpst", "the id map (node 0xC01) is malformed", .repair)
    static let idMapRows = Rule(
        "id-map-rows", any: nil, fresh: .warning, "scanpst", "replication cells of rows and the id map disagree", .none)
    static let messageIndexShape = Rule(
        "message-index", any: nil, fresh: .error, "scanpst", "the message index (node 0xE01) is malformed", .repair)
    static let messageIndexStale = Rule(
        "message-index-stale", any: nil, fresh: .warning, "scanpst", "the message index is not that of the messages",
        .none)

    static let indexes: [Rule] = [idMapShape, idMapRows, messageIndexShape, messageIndexStale]
}

/// Which rows carry the cells PidTagReplItemId, PidTagReplChangenum and PidTagReplVersionHistory.
struct ReplicationCheck {
    private(set) var with = 0
    private(set) var without = 0
    private(set) var isPartial = false
    private(set) var ids: [(item: [UInt8], node: UInt32)] = []

    mutating func note(_ table: TableView, _ id: UInt32, _ row: UnsafeRawBufferPointer) {
        guard table.log.profile == .fresh else { return }
        var count = 0
        for (position, column) in table.columns.columns.enumerated() {
            guard column.id == 0x0E30 || column.id == 0x0E33 || column.id == 0x0E34 else { continue }
            if case .absent = table.cells[position] { continue }
            count += 1
        }
        if count == 0 { without += 1 } else { with += 1 }
        if count != 0, count != 3 { isPartial = true }
        if count > 0, let item = table.cellBytes(0x0E30_0102, of: row) { ids.append((item, id)) }
    }
}

/// The messages with the conversation ids of their rows; kept only where the file has the index.
struct MessageIndexCheck {
    var isKept = false
    private(set) var messages: [UInt32: [UInt8]?] = [:]

    mutating func note(_ id: UInt32, _ conversation: [UInt8]?) {
        if isKept { messages.updateValue(conversation, forKey: id) }
    }

    /// The key under which a conversation's messages are listed.
    static func fold(_ conversation: [UInt8]?) -> UInt32 {
        guard let conversation, conversation.count == 16 else { return 0xFFFF_FFFF }
        var key: UInt32 = 0xFFFF_0000
        for (position, byte) in conversation.enumerated() { key ^= UInt32(byte) << UInt32(15 - position) }
        return key
    }
}

extension StoreCheck {
    func checkIDMap() {
        guard log.profile == .fresh else { return }
        let place = Place("id map", nodes: [StoreNode.idMap])
        var nodes: [[UInt8]: UInt32] = [:]
        if let content = file.node(StoreNode.idMap, "id map") {
            guard let heap = HeapView(content, client: 0x9C), let root = heap.bytes(heap.root), root.count == 4,
                var walk = HeapTreeWalk(
                    heap, header: root.loadLittleEndian(UInt32.self, at: 0) ?? 0, keySize: 16, valueSizes: [4], place)
            else {
                log.report(.idMapShape, place, found: "no BTH with keys of 16 bytes")
                return
            }
            walk.visitRecords { record in
                let node = record.loadLittleEndian(UInt32.self, at: 16) ?? 0
                nodes[Array(record[..<16])] = node
                if node != 0, !self.file.nodes.contains(node) {
                    self.log.report(.idMapShape, place, found: "a record for NID \(hexadecimal(node))")
                }
            }
            heap.finish()
        }
        if replicated.with > 0, replicated.without > 0 || replicated.isPartial {
            log.report(
                .idMapRows, place,
                found: "\(replicated.with) rows with, \(replicated.without) without replication cells")
        }
        for (item, node) in replicated.ids where nodes[item] != node {
            log.report(.idMapRows, place, found: "no record for the row of \(hexadecimal(node))")
        }
    }

    func checkMessageIndex() {
        guard log.profile == .fresh, let content = file.node(StoreNode.messageIndex, "message index") else { return }
        guard let heap = HeapView(content, client: 0xCC), let root = heap.bytes(heap.root), root.count == 56,
            var walk = HeapTreeWalk(
                heap, header: root.loadLittleEndian(UInt32.self, at: 0) ?? 0, keySize: 4, valueSizes: [4], content.place
            )
        else {
            log.report(.messageIndexShape, content.place, found: "no index")
            return
        }
        var buckets: [UInt32: UInt32] = [:]
        walk.visitRecords { record in
            let key = record.loadLittleEndian(UInt32.self, at: 0) ?? 0
            let place = record.loadLittleEndian(UInt32.self, at: 4) ?? 0
            let bytes: [UInt8]?
            if place & 0x1F != 0 {
                bytes = content.subnode(place).map { self.file.data(of: $0.data, content.place) }
            } else {
                bytes = heap.bytes(place)
            }
            guard let bytes, bytes.count % 4 == 0 else {
                self.log.report(.messageIndexShape, content.place, found: "bucket \(hexadecimal(key))")
                return
            }
            for message in Self.numbers(bytes) where buckets.updateValue(key, forKey: message) != nil {
                self.log.report(.messageIndexStale, content.place, found: "\(hexadecimal(message)) twice")
            }
        }
        for (message, conversation) in conversations.messages
        where buckets[message] != MessageIndexCheck.fold(conversation) {
            log.report(.messageIndexStale, content.place, found: "message \(hexadecimal(message))")
        }
    }
}
