import BinaryIO

/// XBLOCK, XXBLOCK, SLBLOCK and SIBLOCK, [MS-PST] 2.2.2.8.3, and the references of the NBT.
extension Rule {
    static let internalKind = Rule(
        "internal-block-kind", .error, "[MS-PST] 2.2.2.8.3", "an internal block is of no known type or level",
        .makeAgain)
    static let internalCount = Rule(
        "internal-block-count", .error, "[MS-PST] 2.2.2.8.3", "cEnt of an internal block does not fit its size",
        .makeAgain)
    static let internalEmpty = Rule(
        "internal-block-empty", .warning, "[MS-PST] 2.2.2.8.3", "an internal block has no entries", .none)
    static let internalPadding = Rule(
        "internal-block-padding", .warning, "[MS-PST] 2.2.2.8.3.3.1", "dwPadding of an internal block is not zero",
        .none)
    static let referenceDangling = Rule(
        "reference-dangling", .error, "[MS-PST] 2.2.2.8.3", "a reference names a block that is not in the BBT",
        .makeAgain)
    static let referenceKind = Rule(
        "reference-kind", .error, "[MS-PST] 2.2.2.8.3", "a reference names a block of the wrong kind", .makeAgain)
    static let dataTreeTotal = Rule(
        "data-tree-total", .error, "[MS-PST] 2.2.2.8.3.2", "lcbTotal is not the sum of the blocks below", .makeAgain)
    static let dataTreePartial = Rule(
        "data-tree-partial-block", any: .warning, fresh: .error, "[MS-PST] 2.2.2.8.3.2",
        "a data block other than the last is not full", .none)
    static let subnodeOrder = Rule(
        "subnode-order", .error, "[MS-PST] 2.2.2.8.3.3", "NIDs of a subnode tree do not rise, or one occurs twice",
        .makeAgain)
    static let subnodeKey = Rule(
        "subnode-key", .error, "[MS-PST] 2.2.2.8.3.3.2", "an SIENTRY's NID is not the first of its SLBLOCK",
        .makeAgain)
    static let subnodeWithoutData = Rule(
        "subnode-without-data", .warning, "[MS-PST] 2.2.2.8.3.3", "a subnode has no data", .none)

    static let internalBlocks: [Rule] = [
        internalKind, internalCount, internalEmpty, internalPadding, referenceDangling, referenceKind, dataTreeTotal,
        dataTreePartial, subnodeOrder, subnodeKey, subnodeWithoutData,
    ]
}

/// SLENTRY.
struct Subnode {
    let id: UInt32
    let data: UInt64
    let subnodes: UInt64
}

enum InternalBlock {
    /// XBLOCK (level 1) or XXBLOCK (2).
    case dataTree(level: Int, total: Int, children: [UInt64])
    case subnodes([Subnode])
    case subnodeIndex([(first: UInt32, block: UInt64)])

    var isDataTree: Bool {
        if case .dataTree = self { return true }
        return false
    }
}

extension FileUnderCheck {
    /// An internal block in parts; what it refers to is counted the first time.
    func internalBlock(_ index: Int) -> InternalBlock? {
        let isFirst = !blocks.states[index].contains(.expanded)
        blocks.states[index].insert(.expanded)
        guard let bytes = decoded(index) else { return nil }
        guard let block = parse(bytes, index, reporting: isFirst) else {
            blocks.states[index].insert(.unusable)
            return nil
        }
        if isFirst { follow(block, of: index) }
        return block
    }

    private func parse(_ bytes: [UInt8], _ index: Int, reporting: Bool) -> InternalBlock? {
        func place() -> Place { Place("block \(hexadecimal(blocks.ids[index]))", offset: blocks.offsets[index]) }
        let width = layout.idSize
        let type = bytes.first ?? 0
        let level = bytes.count > 1 ? bytes[1] : 0
        let isDataTree = type == 1 && (level == 1 || level == 2)
        guard bytes.count >= 8, isDataTree || type == 2 && level <= 1 else {
            log.report(.internalKind, place(), found: "btype \(type), cLevel \(level)")
            return nil
        }
        let size = isDataTree ? width : level == 0 ? 3 * width : 2 * width
        let start = isDataTree ? 8 : layout.subnodeHeader
        var count = Int(bytes.loadLittleEndian(UInt16.self, at: 2) ?? 0)
        let room = bytes.count - start
        if count * size > room || room - count * size >= size {
            if reporting {
                log.report(.internalCount, place(), found: "\(count)", expected: "entries for \(bytes.count) bytes")
            }
            count = min(count, room / size)
        }
        if count == 0, reporting { log.report(.internalEmpty, place(), found: "0 entries") }
        func id(_ offset: Int) -> UInt64 {
            width == 8
                ? (bytes.loadLittleEndian(UInt64.self, at: offset) ?? 0) & ~1
                : UInt64(bytes.loadLittleEndian(UInt32.self, at: offset) ?? 0) & ~1
        }
        func node(_ offset: Int) -> UInt32 { bytes.loadLittleEndian(UInt32.self, at: offset) ?? 0 }
        if isDataTree {
            let total = Int(bytes.loadLittleEndian(UInt32.self, at: 4) ?? 0)
            return .dataTree(level: Int(level), total: total, children: (0..<count).map { id(start + $0 * size) })
        }
        if reporting, layout.isUnicode, node(4) != 0 {
            log.report(.internalPadding, place(), found: hexadecimal(node(4)), expected: "0")
        }
        if level == 0 {
            return .subnodes(
                (0..<count).map {
                    let entry = start + $0 * size
                    return Subnode(id: node(entry), data: id(entry + width), subnodes: id(entry + 2 * width))
                })
        }
        return .subnodeIndex((0..<count).map { (node(start + $0 * size), id(start + $0 * size + width)) })
    }

    /// Counts a reference; reports one that leads nowhere.
    private func refer(to id: UInt64, _ place: @autoclosure () -> Place) -> Int? {
        guard let index = blocks.index(of: id) else {
            log.report(.referenceDangling, place(), found: hexadecimal(id), expected: "a block of the BBT")
            return nil
        }
        blocks.countReference(index)
        return index
    }

    /// A reference to data: a data block or a data tree.
    private func referToData(_ id: UInt64, _ place: @autoclosure () -> Place) {
        guard let index = refer(to: id, place()), id & 2 != 0, let block = internalBlock(index) else { return }
        if !block.isDataTree { log.report(.referenceKind, place(), found: "a subnode block", expected: "data") }
    }

    private func referToSubnodes(_ id: UInt64, _ place: @autoclosure () -> Place) {
        guard let index = refer(to: id, place()) else { return }
        guard id & 2 != 0 else {
            log.report(.referenceKind, place(), found: "a data block", expected: "a subnode block")
            return
        }
        if let block = internalBlock(index), block.isDataTree {
            log.report(.referenceKind, place(), found: "a data tree", expected: "a subnode block")
        }
    }

    private func follow(_ block: InternalBlock, of index: Int) {
        func place() -> Place { Place("block \(hexadecimal(blocks.ids[index]))", offset: blocks.offsets[index]) }
        switch block {
        case .dataTree(let level, let total, let children): follow(children, level: level, total: total, place())
        case .subnodes(let entries):
            checkOrder(entries.map(\.id), place())
            for entry in entries {
                let kind = Int(NodeKind.of(entry.id))
                if entry.id >> 5 > highestSubnode[kind] >> 5 { highestSubnode[kind] = entry.id }
                if entry.data == 0 {
                    log.report(.subnodeWithoutData, place(), found: "subnode \(hexadecimal(entry.id))")
                } else {
                    referToData(entry.data, place())
                }
                if entry.subnodes != 0 { referToSubnodes(entry.subnodes, place()) }
            }
        case .subnodeIndex(let entries):
            var last: UInt32?
            for entry in entries {
                guard let child = refer(to: entry.block, place()) else { continue }
                guard entry.block & 2 != 0, case .subnodes(let leaves)? = internalBlock(child) else {
                    log.report(.referenceKind, place(), found: hexadecimal(entry.block), expected: "an SLBLOCK")
                    continue
                }
                guard let first = leaves.first?.id else { continue }
                if first != entry.first {
                    log.report(
                        .subnodeKey, place(), found: hexadecimal(entry.first), expected: hexadecimal(first))
                }
                if let last, first <= last {
                    log.report(.subnodeOrder, place(), found: "\(hexadecimal(first)) after \(hexadecimal(last))")
                }
                last = leaves.last?.id
            }
        }
    }

    private func checkOrder(_ ids: [UInt32], _ place: @autoclosure () -> Place) {
        for (left, right) in zip(ids, ids.dropFirst()) where left >= right {
            log.report(.subnodeOrder, place(), found: "\(hexadecimal(left)), then \(hexadecimal(right))")
        }
    }

    private func follow(_ children: [UInt64], level: Int, total: Int, _ place: @autoclosure () -> Place) {
        var sum = 0
        for child in children {
            guard let index = refer(to: child, place()) else { continue }
            if level == 1 {
                if child & 2 != 0 {
                    log.report(.referenceKind, place(), found: hexadecimal(child), expected: "a data block")
                }
                sum += blocks.dataSize(index)
            } else if child & 2 != 0, case .dataTree(1, let below, _)? = internalBlock(index) {
                sum += below
            } else {
                log.report(.referenceKind, place(), found: hexadecimal(child), expected: "an XBLOCK")
            }
        }
        if sum != total { log.report(.dataTreeTotal, place(), found: "\(total)", expected: "\(sum)") }
    }

    /// What the NBT refers to.
    func checkNodeReferences() {
        for index in 0..<nodes.count {
            let place = { Place("NBTENTRY", nodes: [self.nodes.ids[index]]) }
            // Only counted here: what the blocks hold is looked at when the node is, near its neighbours in the file.
            if nodes.data[index] != 0 { _ = refer(to: nodes.data[index], place()) }
            if nodes.subnodes[index] != 0 { _ = refer(to: nodes.subnodes[index], place()) }
        }
    }
}
