/// rgnid, [MS-PST] 2.2.2.6: every index in use is at or below the counter of its type.
extension Rule {
    static let nodeCounter = Rule(
        "counter-node", .error, "[MS-PST] 2.2.2.6", "rgnid is below an index in use", .repair)
    static let nodeCounterStart = Rule(
        "counter-node-start", any: .warning, fresh: .error, "[MS-PST] 2.2.2.6", "rgnid is below its start value", .none)
    static let nodeCounterTables = Rule(
        "counter-node-tables", any: nil, fresh: .error, "scanpst",
        "rgnid of the table types is not that of the folders", .repair)
    static let nodeReserved = Rule(
        "node-reserved-index", any: nil, fresh: .error, "scanpst", "a node has an index of the reserved range", .repair)

    static let counters: [Rule] = [nodeCounter, nodeCounterStart, nodeCounterTables, nodeReserved]
}

extension FileUnderCheck {
    /// Highest index of the subnodes that were seen, by type.
    func checkCounters() {
        var highest = highestSubnode
        for id in nodes.ids {
            let kind = Int(NodeKind.of(id))
            if id >> 5 > highest[kind] >> 5 { highest[kind] = id }
        }
        let counters = header.highestIndex
        for (kind, id) in highest.enumerated() where id >> 5 > counters[kind] {
            log.report(
                .nodeCounter, Place("rgnid[\(kind)]"), found: hexadecimal(counters[kind]),
                expected: "at least \(hexadecimal(id >> 5)), the index of NID \(hexadecimal(id))")
        }
        for (kind, counter) in counters.enumerated() {
            let start: UInt32 = kind == 3 ? 0x4000 : kind == 4 ? 0x1_0000 : kind == 8 ? 0x8000 : 0x400
            if counter < start {
                log.report(
                    .nodeCounterStart, Place("rgnid[\(kind)]"), found: hexadecimal(counter),
                    expected: "at least \(hexadecimal(start))")
            }
        }
        guard log.profile == .fresh else { return }
        checkReservedIndexes()
    }

    private func checkReservedIndexes() {
        let counters = header.highestIndex
        for kind in [NodeKind.hierarchyTable, NodeKind.contentsTable, NodeKind.associatedTable]
        where counters[Int(kind)] != counters[2] {
            log.report(
                .nodeCounterTables, Place("rgnid[\(kind)]"), found: hexadecimal(counters[Int(kind)]),
                expected: hexadecimal(counters[2]))
        }
        for id in nodes.ids where id != StoreNode.root && id != StoreNode.spamSearch {
            let first: UInt32
            switch NodeKind.of(id) {
            case NodeKind.folder: first = 0x401
            case NodeKind.searchFolder: first = 0x4001
            case NodeKind.message: first = 0x1_0001
            case NodeKind.associatedMessage: first = 0x8001
            default: continue
            }
            if id >> 5 < first {
                log.report(
                    .nodeReserved, Place("NBTENTRY", nodes: [id]), found: hexadecimal(id >> 5),
                    expected: "at least \(hexadecimal(first))")
            }
        }
    }
}
