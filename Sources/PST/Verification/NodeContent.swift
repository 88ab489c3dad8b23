import BinaryIO

/// The data and subnodes of a node or subnode.
struct NodeContent {
    let file: FileUnderCheck
    let data: UInt64
    let subnodeBlock: UInt64
    let place: Place
    /// In ascending order.
    let subnodes: [Subnode]

    init(file: FileUnderCheck, data: UInt64, subnodes block: UInt64, place: Place) {
        self.file = file
        self.data = data
        subnodeBlock = block
        self.place = place
        subnodes = block == 0 ? [] : file.subnodes(of: block, place)
    }

    func subnode(_ id: UInt32) -> Subnode? {
        var low = 0
        var high = subnodes.count
        while low < high {
            let middle = (low + high) / 2
            if subnodes[middle].id < id { low = middle + 1 } else { high = middle }
        }
        guard low < subnodes.count, subnodes[low].id == id else { return nil }
        return subnodes[low]
    }

    func position(_ id: UInt32) -> Int? { subnodes.firstIndex { $0.id == id } }

    func content(_ subnode: Subnode, _ structure: String) -> NodeContent {
        NodeContent(
            file: file, data: subnode.data, subnodes: subnode.subnodes, place: place.below(subnode.id, structure))
    }
}

extension FileUnderCheck {
    /// A node of the NBT; marks it as looked at.
    func node(_ id: UInt32, _ structure: String) -> NodeContent? {
        guard let index = nodes.index(of: id) else { return nil }
        nodes.states[index].insert(.visited)
        return NodeContent(
            file: self, data: nodes.data[index], subnodes: nodes.subnodes[index],
            place: Place(structure, nodes: [id]))
    }

    func subnodes(of id: UInt64, _ place: Place) -> [Subnode] {
        guard let index = blocks.index(of: id) else { return [] }
        guard id & 2 != 0, let block = internalBlock(index) else {
            if id & 2 == 0 {
                log.report(.referenceKind, place, found: "a data block as bidSub", expected: "a subnode block")
            }
            return []
        }
        switch block {
        case .subnodes(let entries): return entries
        case .subnodeIndex(let entries):
            var all: [Subnode] = []
            for entry in entries {
                guard entry.block & 2 != 0, let child = blocks.index(of: entry.block),
                    case .subnodes(let leaves)? = internalBlock(child)
                else { continue }
                all += leaves
            }
            return all
        case .dataTree:
            log.report(.referenceKind, place, found: "a data tree as bidSub", expected: "a subnode block")
            return []
        }
    }

    /// The data blocks below a block, in order; blocks that are missing are left out (and reported where they are
    /// referred to).
    func dataBlocks(of id: UInt64, _ place: Place) -> [Int] {
        guard id != 0, let index = blocks.index(of: id) else { return [] }
        guard id & 2 != 0 else { return [index] }
        guard case .dataTree(let level, _, let children)? = internalBlock(index) else {
            log.report(.referenceKind, place, found: "no data tree as bidData", expected: "data")
            return []
        }
        if level == 1 { return children.compactMap { $0 & 2 == 0 ? blocks.index(of: $0) : nil } }
        var result: [Int] = []
        for child in children {
            guard child & 2 != 0, let below = blocks.index(of: child),
                case .dataTree(1, _, let leaves)? = internalBlock(below)
            else { continue }
            result += leaves.compactMap { $0 & 2 == 0 ? blocks.index(of: $0) : nil }
        }
        return result
    }

    /// Bytes of the data below a block.
    func dataSize(of id: UInt64) -> Int {
        guard id != 0, let index = blocks.index(of: id) else { return 0 }
        guard id & 2 != 0 else { return blocks.dataSize(index) }
        guard case .dataTree(_, let total, _)? = internalBlock(index) else { return 0 }
        return total
    }

    /// All data below a block, or its first 64 MB.
    func data(of id: UInt64, _ place: Place) -> [UInt8] {
        let indexes = dataBlocks(of: id, place)
        if indexes.count == 1 { return decoded(indexes[0]) ?? [] }
        var result: [UInt8] = []
        for index in indexes where result.count < VerificationLimits.wholeValue { result += decoded(index) ?? [] }
        return result
    }

    /// Looks at the blocks of a value whose content is not judged, and whether all but the last are full.
    func checkStream(_ id: UInt64, _ place: Place) {
        let indexes = dataBlocks(of: id, place)
        for index in indexes { _ = stored(index) }
        checkFull(indexes, place)
    }

    func checkFull(_ indexes: [Int], _ place: Place) {
        guard !layout.is4K else { return }
        for index in indexes.dropLast() where Int(blocks.sizes[index]) != layout.blockData {
            log.report(
                .dataTreePartial, place, found: "block \(hexadecimal(blocks.ids[index])) of \(blocks.sizes[index])",
                expected: "\(layout.blockData)")
            return
        }
    }

    /// Bytes of a node's data and of everything below it: what PidTagMessageSize has to be.
    func objectSize(data: UInt64, subnodes: [Subnode], depth: Int = 0) -> Int {
        var size = dataSize(of: data)
        guard depth < VerificationLimits.subnodeDepth else { return size }
        for subnode in subnodes {
            let below = subnode.subnodes == 0 ? [] : self.subnodes(of: subnode.subnodes, Place("subnodes"))
            size += objectSize(data: subnode.data, subnodes: below, depth: depth + 1)
        }
        return size
    }
}
