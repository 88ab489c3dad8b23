import BinaryIO

/// Search folders, [MS-PST] 2.4.8.
extension Rule {
    static let searchNode = Rule(
        "search-node", any: .warning, fresh: .error, "[MS-PST] 2.4.8.6", "a search folder lacks one of its nodes",
        .repair)
    static let searchTable = Rule(
        "search-table", .error, "[MS-PST] 2.4.8.6.3", "a search folder has no contents table", .repair)
    static let searchRow = Rule(
        "search-row", any: .warning, fresh: .error, "[MS-PST] 2.4.8.4",
        "a row of a search folder names a message that is not there", .none)
    static let searchListed = Rule(
        "search-listed", any: nil, fresh: .error, "scanpst", "the search activity list and the search folders differ",
        .repair)
    static let searchCriteria = Rule(
        "search-criteria", any: nil, fresh: .error, "scanpst", "the criteria of a search folder lack their flags",
        .repair)
    static let strayNode = Rule(
        "node-stray", .warning, "[MS-PST] 2.4", "a node belongs to no folder, table or rule", .none)
    static let nodeShape = Rule(
        "node-shape", .warning, "[MS-PST] 2.4.1", "a node has subnodes but no data", .none)

    static let searches: [Rule] = [
        searchNode, searchTable, searchRow, searchListed, searchCriteria, strayNode, nodeShape,
    ]
}

extension StoreCheck {
    /// Left behind by Outlook 2007 in files that it upgraded.
    private static let oldSearch: UInt32 = 0x723

    func checkSearchFolders() {
        for id in file.nodes.ids where NodeKind.of(id) == NodeKind.searchFolder {
            let place = Place("search folder", nodes: [id])
            checkTable(of: id, place)
            guard log.profile == .fresh, id != Self.oldSearch else { continue }
            if !searchList.contains(id) { log.report(.searchListed, place, found: "no entry in NID 0x201") }
            for kind in [NodeKind.searchQueue, NodeKind.searchCriteria] {
                let part = NodeKind.sibling(id, kind)
                if !file.nodes.contains(part) { log.report(.searchNode, place, found: "no node \(hexadecimal(part))") }
            }
            if let content = file.node(NodeKind.sibling(id, NodeKind.searchCriteria), "search criteria"),
                let criteria = PropertyView(content)
            {
                if !criteria.has(0x660B, 0x03) { log.report(.searchCriteria, content.place, found: "no 0x660B0003") }
                criteria.finish()
            }
        }
        for id in searchList where log.profile == .fresh && id != 0 && !file.nodes.contains(id) {
            log.report(.searchListed, Place("search list", nodes: [StoreNode.searchList]), found: hexadecimal(id))
        }
    }

    private func checkTable(of id: UInt32, _ place: Place) {
        guard let content = file.node(NodeKind.sibling(id, NodeKind.searchTable), "search contents table") else {
            log.report(.searchTable, place, found: "none")
            return
        }
        // Outlook 2007 keeps a heap of its own kind in one of them.
        guard content.data != 0, quietly({ HeapView(content, client: nil)?.client }) != 0xAC,
            let table = TableView(content)
        else { return }
        table.forEachRow { row, _ in
            if !NodeKind.isMessage(row) || !self.file.nodes.contains(row) {
                self.log.report(.searchRow, table.rowPlace(row), found: "no such message")
            }
        }
        table.finish()
    }

    /// Nodes that nothing has led to: what can be read of them is judged.
    func checkOtherNodes() {
        let nodes = file.nodes
        for index in 0..<nodes.count where !nodes.states[index].contains(.visited) {
            let id = nodes.ids[index]
            let kind = NodeKind.of(id)
            let isTable = [
                NodeKind.hierarchyTable, NodeKind.contentsTable, NodeKind.associatedTable, NodeKind.searchTable,
                NodeKind.searchQueue, NodeKind.searchCriteria,
            ].contains(kind)
            if isTable, !nodes.contains(NodeKind.sibling(id, NodeKind.folder)),
                !nodes.contains(NodeKind.sibling(id, NodeKind.searchFolder))
            {
                log.report(.strayNode, Place("node", nodes: [id]), found: "no folder for it")
            }
            guard let content = file.node(id, "node") else { continue }
            guard content.data != 0 else {
                if !content.subnodes.isEmpty { log.report(.nodeShape, content.place, found: "no data") }
                continue
            }
            checkOther(content)
        }
    }

    private func checkOther(_ content: NodeContent) {
        guard let first = file.dataBlocks(of: content.data, content.place).first,
            let bytes = file.decoded(first), bytes.count >= 12, bytes[2] == 0xEC
        else { return }
        if bytes[3] == HeapView.Client.properties {
            PropertyView(content)?.finish()
        } else if bytes[3] == HeapView.Client.table, let table = TableView(content) {
            table.forEachRow { id, row in table.checkVersion(of: row, id, isShared: false) }
            table.finish()
        }
    }
}
