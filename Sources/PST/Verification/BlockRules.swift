import BinaryIO
import PSTNDB

/// BLOCKTRAILER and BBTENTRY, [MS-PST] 2.2.2.8.1 and 2.2.2.7.7.3.
extension Rule {
    static let blockPlace = Rule(
        "block-place", .error, "[MS-PST] 2.2.2.7.7.3", "a block lies outside the file or is not aligned", .makeAgain)
    static let blockSize = Rule(
        "block-size", .error, "[MS-PST] 2.2.2.7.7.3", "cb of a BBTENTRY is out of range", .makeAgain)
    static let blockTrailerSize = Rule(
        "block-trailer-size", .error, "[MS-PST] 2.2.2.8.1", "cb of a block's trailer differs from the BBT", .makeAgain)
    static let blockTrailerID = Rule(
        "block-trailer-id", .error, "[MS-PST] 2.2.2.8.1", "the BID of a block's trailer differs from the BBT",
        .makeAgain)
    static let blockSignature = Rule("block-signature", .error, "[MS-PST] 5.5", "wSig of a block is wrong", .makeAgain)
    static let blockChecksum = Rule("block-checksum", .error, "[MS-PST] 5.3", "dwCRC of a block is wrong", .makeAgain)
    static let blockCompressed = Rule(
        "block-compression", .error, "[MS-PST] 2.2.2.8", "a compressed block of a 4K file does not inflate", .makeAgain)
    static let blockCounter = Rule(
        "counter-block", .error, "[MS-PST] 2.2.2.6", "bidNextB is not above every block BID", .repair)
    static let blockOrphan = Rule(
        "block-orphan", any: .warning, fresh: .error, "[MS-PST] 2.2.2.7.7.3.1", "nothing refers to a block", .none)
    static let blockReferenceCount = Rule(
        "block-reference-count", .error, "[MS-PST] 2.2.2.7.7.3.1", "cRef is not the number of references plus one",
        .repair)

    static let blocks: [Rule] = [
        blockPlace, blockSize, blockTrailerSize, blockTrailerID, blockSignature, blockChecksum, blockCompressed,
        blockCounter,
        blockOrphan, blockReferenceCount,
    ]
}

extension FileUnderCheck {
    /// Looks at a block's trailer and checksum, the first time it is asked for.
    /// - Returns: its bytes as stored, valid until the next read; nil where they cannot be used.
    func stored(_ index: Int) -> UnsafeRawBufferPointer? {
        if blocks.states[index].contains(.checked) {
            if blocks.states[index].contains(.unusable) { return nil }
            return windows.bytes(at: blocks.offsets[index], count: Int(blocks.sizes[index]))
        }
        blocks.states[index].insert(.checked)
        guard let bytes = checked(index) else {
            blocks.states[index].insert(.unusable)
            return nil
        }
        return bytes
    }

    private func checked(_ index: Int) -> UnsafeRawBufferPointer? {
        let id = blocks.ids[index]
        let offset = blocks.offsets[index]
        let count = Int(blocks.sizes[index])
        func place() -> Place { Place("block \(hexadecimal(id))", offset: offset) }
        if id >= header.nextBlock {
            log.report(
                .blockCounter, place(), found: hexadecimal(id), expected: "below \(hexadecimal(header.nextBlock))")
        }
        guard count > 0 || id & 2 == 0, count <= layout.blockData else {
            log.report(.blockSize, place(), found: "\(count)", expected: "1 to \(layout.blockData)")
            return nil
        }
        let extent = layout.extent(ofData: count)
        guard offset % UInt64(layout.blockAlignment) == 0, offset >= 0x4400,
            let bytes = windows.bytes(at: offset, count: extent)
        else {
            log.report(
                .blockPlace, place(), found: "\(extent) bytes",
                expected: "a multiple of \(layout.blockAlignment) below \(windows.size)")
            return nil
        }
        let trailer = extent - layout.blockTrailer
        let wide = layout.isUnicode
        let storedCount = Int(bytes.loadLittleEndian(UInt16.self, at: trailer) ?? 0)
        let mark = bytes.loadLittleEndian(UInt16.self, at: trailer + 2) ?? 0
        let checksum = bytes.loadLittleEndian(UInt32.self, at: trailer + (wide ? 4 : 8)) ?? 0
        let storedID =
            wide
            ? bytes.loadLittleEndian(UInt64.self, at: trailer + 8) ?? 0
            : UInt64(bytes.loadLittleEndian(UInt32.self, at: trailer + 4) ?? 0)
        if storedCount != count {
            log.report(.blockTrailerSize, place(), found: "\(storedCount)", expected: "\(count)")
        }
        if storedID & ~1 != id {
            log.report(.blockTrailerID, place(), found: hexadecimal(storedID), expected: hexadecimal(id))
        }
        let expectedMark = signature(offset: offset, bid: storedID)
        if mark != expectedMark {
            log.report(.blockSignature, place(), found: hexadecimal(mark), expected: hexadecimal(expectedMark))
        }
        let data = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        let computed = pstChecksum(data)
        if checksum != computed {
            log.report(.blockChecksum, place(), found: hexadecimal(checksum), expected: hexadecimal(computed))
        }
        return data
    }

    /// The data of a block, decoded; nil where it cannot be used.
    func decoded(_ index: Int) -> [UInt8]? {
        guard let stored = stored(index) else { return nil }
        var bytes = Array(stored)
        if blocks.dataSize(index) != bytes.count {
            guard let inflated = inflate(bytes, to: blocks.dataSize(index)) else {
                log.report(
                    .blockCompressed, Place("block \(hexadecimal(blocks.ids[index]))", offset: blocks.offsets[index]),
                    found: "\(bytes.count) bytes", expected: "a zlib stream of \(blocks.dataSize(index)) bytes")
                blocks.states[index].insert(.unusable)
                return nil
            }
            bytes = inflated
        }
        let id = blocks.ids[index]
        if id & 2 == 0, header.encoding != .none {
            bytes.withUnsafeMutableBytes { header.encoding.decode($0, bid: id) }
        }
        return bytes
    }

    /// Blocks that no object led to: their trailers and what they refer to still have to be right.
    func checkRemainingBlocks() {
        var left: [Int] = []
        for index in 0..<blocks.count {
            let isInternal = blocks.ids[index] & 2 != 0
            let state = blocks.states[index]
            if !state.contains(.checked) || isInternal && !state.contains(.expanded) { left.append(index) }
        }
        left.sort { blocks.offsets[$0] < blocks.offsets[$1] }
        for index in left {
            if blocks.ids[index] & 2 != 0 { _ = internalBlock(index) } else { _ = stored(index) }
        }
    }

    func checkReferenceCounts() {
        for index in 0..<blocks.count {
            let seen = Int(blocks.seen[index])
            let stored = Int(blocks.references[index])
            func place() -> Place { Place("block \(hexadecimal(blocks.ids[index]))", offset: blocks.offsets[index]) }
            if seen == 0 {
                log.report(.blockOrphan, place(), found: "no reference, cRef \(stored)", expected: "at least one")
            }
            if stored != seen + 1 {
                log.report(
                    .blockReferenceCount, place(), mildly: seen == 0 && log.profile == .any, found: "\(stored)",
                    expected: "\(seen + 1)")
            }
        }
    }
}
