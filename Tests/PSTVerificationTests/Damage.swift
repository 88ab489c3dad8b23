import Testing

/// A damage that is planted in a specimen, and the rule that has to notice it.
struct Damage: Sendable, CustomTestStringConvertible {
    let name: String
    let rule: String
    let plant: @Sendable (inout PSTSurgeon, Specimen) throws -> Void

    init(_ name: String, _ rule: String, _ plant: @escaping @Sendable (inout PSTSurgeon, Specimen) throws -> Void) {
        self.name = name
        self.rule = rule
        self.plant = plant
    }

    var testDescription: String { name }

    static let all = header + pages + blocks + maps + heaps + tables + objects

    private static let header: [Damage] = [
        Damage("a bit of the header flipped", "header-checksum") { file, _ in file.flip(60) },
        Damage("a wrong ibFileEof", "header-file-size") { file, _ in file.header(UInt64(1 << 20), at: 184) },
        Damage("a wrong ibAMapLast", "map-last") { file, _ in file.header(UInt64(0x4400 + 0x3E000 * 9), at: 192) },
        Damage("a wrong cbAMapFree", "map-free-bytes") { file, _ in
            file.header(file.number(UInt64.self, at: 200) + 64, at: 200)
        },
        Damage("a wrong cbPMapFree", "page-map-free-bytes") { file, _ in file.header(UInt64(512), at: 208) },
        Damage("maps marked invalid", "header-map-state") { file, _ in file.header(UInt8(0), at: 248) },
        Damage("rgnid below a message", "counter-node") { file, _ in file.header(UInt32(0x1_0000), at: 44 + 16) },
        Damage("bidNextB below a block", "counter-block") { file, _ in file.header(UInt64(8), at: 516) },
        Damage("bidNextP below a page", "counter-page") { file, _ in file.header(UInt64(1), at: 32) },
        Damage("dwUnique below a row version", "counter-row-version") { file, _ in file.header(UInt32(1), at: 40) },
        Damage("a wrong bSentinel", "header-sentinel") { file, _ in file.header(UInt8(0x81), at: 512) },
        Damage("a wrong wVerClient", "header-client") { file, _ in file.header(UInt16(20), at: 12) },
        Damage("an unknown bCryptMethod", "header-encoding") { file, _ in file.header(UInt8(9), at: 513) },
        Damage("another magic", "header-magic") { file, _ in file.header(UInt8(0), at: 0) },
        Damage("a wrong byte of rgbFM", "free-map") { file, _ in file.header(UInt8(7), at: 256) },
    ]

    private static let pages: [Damage] = [
        Damage("a bit of an NBT page flipped", "page-checksum") { file, _ in
            file.flip(file.leaves(file.nodeTree)[0] + 9)
        },
        Damage("a wrong ptypeRepeat", "page-type") { file, _ in file.put(UInt8(0x80), at: file.nodeTree + 497) },
        Damage("a wrong signature of a page", "page-signature") { file, _ in file.flip(file.nodeTree + 498) },
        Damage("a wrong BID of a page", "page-id") { file, _ in file.flip(file.nodeTree + 504) },
        Damage("a wrong cEntMax", "tree-entry-size") { file, _ in
            file.page(file.leaves(file.nodeTree)[0], UInt8(14), at: 489)
        },
        Damage("a wrong cLevel", "tree-level") { file, _ in file.page(file.leaves(file.nodeTree)[0], UInt8(3), at: 491)
        },
        Damage("a NID twice", "tree-order") { file, _ in
            let page = file.leaves(file.nodeTree)[0]
            file.page(page, file.number(UInt64.self, at: page + 32), at: 64)
        },
        Damage("a page reached twice", "tree-cycle") { file, _ in
            file.page(file.nodeTree, file.number(UInt64.self, at: file.nodeTree + 16), at: 24 + 16)
        },
        Damage("a key that is not the first of its page", "tree-parent-key") { file, _ in
            file.page(file.nodeTree, file.number(UInt64.self, at: file.nodeTree + 24) - 1, at: 24)
        },
    ]

    private static let blocks: [Damage] = [
        Damage("a bit of a block flipped", "block-checksum") { file, specimen in
            file.flip(try file.block(file.data(of: specimen.messages[0])).lowerBound + 40)
        },
        Damage("a bit of an attachment's data flipped", "block-checksum") { file, specimen in
            file.flip(try file.block(file.firstDataBlock(ofAttachmentOf: specimen.messages[0])).lowerBound + 40)
        },
        Damage("a wrong cb in a trailer", "block-trailer-size") { file, specimen in
            file.flip(try file.trailer(file.data(of: specimen.messages[0])))
        },
        Damage("a wrong signature of a block", "block-signature") { file, specimen in
            file.flip(try file.trailer(file.data(of: specimen.messages[0])) + 2)
        },
        Damage("a wrong BID in a trailer", "block-trailer-id") { file, specimen in
            file.put(UInt8(0xF0), at: try file.trailer(file.data(of: specimen.messages[0])) + 9)
        },
        Damage("a wrong cRef", "block-reference-count") { file, specimen in
            try file.blockEntry(file.data(of: specimen.messages[0]), UInt16(3), at: 18)
        },
        Damage("a cb of zero in the BBT", "block-trailer-size") { file, specimen in
            try file.blockEntry(file.data(of: specimen.messages[0]), UInt16(0), at: 16)
        },
        Damage("a block beyond the end", "block-place") { file, specimen in
            try file.blockEntry(file.data(of: specimen.messages[0]), UInt64(1 << 40), at: 8)
        },
        Damage("two blocks in one place", "map-overlap") { file, specimen in
            let other = try file.block(file.data(of: specimen.messages[1])).lowerBound
            try file.blockEntry(file.data(of: specimen.messages[0]), UInt64(other), at: 8)
        },
        Damage("data that is not there", "reference-dangling") { file, specimen in
            try file.node(specimen.messages[0], UInt64(0xFFFF0), at: 8)
        },
        Damage("a block that nothing refers to", "block-orphan") { file, specimen in
            try file.node(specimen.messages[0], file.data(of: specimen.messages[1]), at: 8)
        },
        Damage("subnodes out of order", "subnode-order") { file, specimen in
            let block = try file.subnodes(of: specimen.messages[0])
            try file.block(block, UInt32(0x7FFF_FFE5), at: 8)
        },
        Damage("a subnode whose data are not there", "reference-dangling") { file, specimen in
            let block = try file.subnodes(of: specimen.messages[0])
            try file.block(block, UInt64(0xFFFF0), at: file.subnode(0x692, in: block) + 8)
        },
        Damage("a wrong lcbTotal", "data-tree-total") { file, specimen in
            let tree = try file.attachmentTree(of: specimen.messages[0])
            try file.block(tree, UInt32(30_001), at: 4)
        },
        Damage("an internal block of an unknown type", "internal-block-kind") { file, specimen in
            try file.block(file.subnodes(of: specimen.messages[0]), UInt8(7), at: 0)
        },
        Damage("a wrong cEnt of an internal block", "internal-block-count") { file, specimen in
            try file.block(file.subnodes(of: specimen.messages[0]), UInt16(900), at: 2)
        },
    ]

    private static let maps: [Damage] = [
        Damage("used space marked free", "map-in-use-marked-free") { file, _ in file.page(0x4400, UInt8(0xFE), at: 2) },
        Damage("free space marked used", "map-leak") { file, _ in file.page(0x4400, UInt8(0xFF), at: 495) },
        Damage("a PMap with a free page", "page-map-not-full") { file, _ in file.page(0x4600, UInt8(0x7F), at: 400) },
        Damage("a damaged AMap page", "page-checksum") { file, _ in file.flip(0x4400 + 300) },
        Damage("a DList entry for a page that is not there", "density-list-entry") { file, _ in
            let count = Int(file.number(UInt8.self, at: 0x4201))
            file.put(UInt8(count + 1), at: 0x4201)
            file.page(0x4200, UInt32(0x000F_FFFF), at: 8 + 4 * count)
        },
    ]
}

extension PSTSurgeon {
    /// The data tree of the first attachment of a message.
    func attachmentTree(of message: UInt32) throws -> UInt64 {
        let block = try subnodes(of: message)
        let attachment = try subnodeData(firstAttachment, in: block)
        let value = try self.block(attachment).lowerBound + property(0x3701, in: attachment) + 4
        return try subnodeData(number(UInt32.self, at: value), in: subnodeSubnodes(firstAttachment, in: block))
    }

    func firstDataBlock(ofAttachmentOf message: UInt32) throws -> UInt64 {
        number(UInt64.self, at: try block(attachmentTree(of: message)).lowerBound + 8)
    }

    var firstAttachment: UInt32 { 0x8025 }
}
