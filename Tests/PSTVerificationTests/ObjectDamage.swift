/// Damages above the node database.
extension Damage {
    static let heaps: [Damage] = [
        Damage("a wrong bSig", "heap-signature") { file, specimen in
            try file.block(file.data(of: specimen.messages[3]), UInt8(0), at: 2)
        },
        Damage("a wrong bClientSig", "heap-client") { file, specimen in
            try file.block(file.data(of: specimen.messages[3]), UInt8(0x7C), at: 3)
        },
        Damage("a wrong cFree", "heap-free-count") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            let map = Int(file.number(UInt16.self, at: try file.block(block).lowerBound))
            try file.block(block, UInt16(1), at: map + 2)
        },
        Damage("a wrong ibHnpm", "heap-page-map") { file, specimen in
            try file.block(file.data(of: specimen.messages[3]), UInt16(0xFFF0), at: 0)
        },
        Damage("items that overlap", "heap-items") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            let map = Int(file.number(UInt16.self, at: try file.block(block).lowerBound))
            try file.block(block, UInt16(0x7000), at: map + 8)
        },
        Damage("an HID without an item", "heap-unresolved") { file, specimen in
            try file.property(0x0037, in: file.data(of: specimen.messages[3]), UInt32(0x7FE0))
        },
        Damage("two values in one item", "heap-shared") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            let other = try file.block(block).lowerBound + file.property(0x0070, in: block) + 4
            try file.property(0x0037, in: block, file.number(UInt32.self, at: other))
        },
        Damage("properties out of order", "heap-tree-order") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt16(0x7FF0), at: file.property(0x0037, in: block))
        },
        Damage("a wrong cbEnt of a BTH", "heap-tree-header") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt8(7), at: file.item(file.userRoot(block), in: block).lowerBound + 2)
        },
        Damage("an illegal property type", "value-type") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt16(0x77), at: file.property(0x0037, in: block) + 2)
        },
        Damage("a boolean of 2", "value-boolean") { file, specimen in
            try file.property(0x360A, in: file.data(of: specimen.inbox), UInt32(2))
        },
        Damage("half a surrogate pair", "value-text") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt16(0xD83D), at: file.value(0x1000, in: block))
        },
        Damage("a value in a subnode that is not there", "value-reference") { file, specimen in
            try file.property(0x1000, in: file.data(of: specimen.messages[3]), UInt32(0x9FFF))
        },
        Damage("a time of four bytes", "value-size") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt16(0x40), at: file.property(0x0070, in: block) + 2)
        },
    ]

    static let tables: [Damage] = [
        Damage("a row with another id than its index record", "table-row-id") { file, specimen in
            let block = try file.data(of: specimen.contents)
            try file.block(block, UInt32(0x0020_FFE4), at: file.table(block).rows)
        },
        Damage("a row index that leads outside", "table-row-index") { file, specimen in
            let block = try file.data(of: specimen.contents)
            try file.block(block, UInt32(99), at: file.table(block).indexLeaf + 4)
        },
        Damage("a wrong cCols", "table-info") { file, specimen in
            let block = try file.data(of: specimen.contents)
            try file.block(block, UInt8(5), at: file.table(block).info + 1)
        },
        Damage("a row version that does not exist", "table-cell-existence") { file, specimen in
            try file.clearCell(0x67F3_0003, row: 0, in: file.data(of: specimen.contents))
        },
        Damage("two columns with one bit", "table-column-bit") { file, specimen in
            let block = try file.data(of: specimen.contents)
            try file.block(block, UInt8(0), at: file.column(0x0037_001F, in: block) + 7)
        },
        Damage("a column in the wrong place", "table-column-place") { file, specimen in
            let block = try file.data(of: specimen.contents)
            try file.block(block, UInt16(0), at: file.column(0x0037_001F, in: block) + 4)
        },
        Damage("a lost row: its place in the index names no message", "contents-list") { file, specimen in
            let block = try file.data(of: specimen.contents)
            try file.block(block, UInt32(0x0020_FFE4), at: file.table(block).indexLeaf)
        },
        Damage("two rows with one version", "table-row-version-twice") { file, specimen in
            let block = try file.data(of: specimen.contents)
            let table = try file.table(block)
            let version = file.number(UInt32.self, at: try file.block(block).lowerBound + table.rows + 4)
            try file.block(block, version, at: table.rows + table.rowSize + 4)
        },
        Damage("a template with too few columns", "template-columns") { file, _ in
            let block = try file.data(of: 0x60D)
            try file.block(block, UInt32(0x3604_0003), at: file.column(0x3603_0003, in: block))
        },
    ]

    static let objects: [Damage] = [
        Damage("a wrong content count", "folder-count") { file, specimen in
            try file.property(0x3602, in: file.data(of: specimen.inbox), UInt32(7))
        },
        Damage("a wrong unread count", "folder-unread") { file, specimen in
            try file.property(0x3603, in: file.data(of: specimen.inbox), UInt32(1))
        },
        Damage("a folder that denies its subfolders", "folder-subfolders") { file, specimen in
            try file.property(0x360A, in: file.data(of: specimen.inbox), UInt32(0))
        },
        Damage("a folder without a name", "folder-property") { file, specimen in
            let block = try file.data(of: specimen.inbox)
            try file.block(block, UInt16(0x3000), at: file.property(0x3001, in: block))
        },
        Damage("a hierarchy row with another count than its folder", "hierarchy-row-differs") { file, _ in
            let block = try file.data(of: 0x802D)
            try file.block(block, UInt32(77), at: file.cell(0x3602_0003, row: 0, in: block))
        },
        Damage("a contents row that differs from its message", "row-differs") { file, specimen in
            let block = try file.data(of: specimen.contents)
            try file.block(block, UInt32(9), at: file.cell(0x0E07_0003, row: 3, in: block))
        },
        Damage("a contents row without a cell that its message has", "row-lacks-cell") { file, specimen in
            try file.clearCell(0x0E07_0003, row: 3, in: file.data(of: specimen.contents))
        },
        Damage("a wrong conversation id", "row-conversation") { file, specimen in
            let block = try file.data(of: specimen.contents)
            let cell = try file.block(block).lowerBound + file.cell(0x3013_0102, row: 3, in: block)
            try file.block(block, UInt32(1), at: file.item(file.number(UInt32.self, at: cell), in: block).lowerBound)
        },
        Damage("a wrong message size", "message-size") { file, specimen in
            try file.property(0x0E08, in: file.data(of: specimen.messages[3]), UInt32(1))
        },
        Damage("a wrong attachment size", "attachment-size") { file, specimen in
            let attachment = try file.subnodeData(file.firstAttachment, in: file.subnodes(of: specimen.messages[1]))
            try file.property(0x0E20, in: attachment, UInt32(1))
        },
        Damage("a wrong attachment method", "attachment-method") { file, specimen in
            let attachment = try file.subnodeData(file.firstAttachment, in: file.subnodes(of: specimen.messages[1]))
            try file.property(0x3705, in: attachment, UInt32(5))
        },
        Damage("an attachment row that differs from its attachment", "attachment-row-differs") { file, specimen in
            let table = try file.subnodeData(0x671, in: file.subnodes(of: specimen.messages[1]))
            try file.block(table, UInt32(4), at: file.cell(0x0E20_0003, row: 0, in: table))
        },
        Damage("an attachment without a row", "attachment-list") { file, specimen in
            let block = try file.subnodes(of: specimen.messages[1])
            try file.block(block, UInt32(0x8045), at: file.subnode(file.firstAttachment, in: block))
        },
        Damage("a wrong size of an embedded message", "attachment-object-size") { file, specimen in
            let attachment = try file.subnodeData(file.firstAttachment, in: file.subnodes(of: specimen.messages[2]))
            try file.block(attachment, UInt32(1), at: file.value(0x3701, in: attachment) + 4)
        },
        Damage("missing recipients", "recipient-table-missing") { file, specimen in
            let block = try file.subnodes(of: specimen.messages[3])
            try file.block(block, UInt32(0x6B2), at: file.subnode(0x692, in: block))
        },
        Damage("an unknown recipient type", "recipient-type") { file, specimen in
            let table = try file.subnodeData(0x692, in: file.subnodes(of: specimen.messages[3]))
            try file.block(table, UInt32(9), at: file.cell(0x0C15_0003, row: 0, in: table))
        },
        Damage("a display list that names somebody else", "message-display-list") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt8(0x58), at: file.value(0x0E04, in: block))
        },
        Damage("a flag for attachments that are not there", "message-attachment-flag") { file, specimen in
            try file.property(0x0E07, in: file.data(of: specimen.messages[3]), UInt32(0x10))
        },
        Damage("a message without a class", "message-property") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt16(0x001B), at: file.property(0x001A, in: block))
        },
        Damage("a subject with a prefix longer than itself", "subject-mark") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt16(200), at: file.value(0x0037, in: block) + 2)
        },
        Damage("a control character in a subject", "subject-control") { file, specimen in
            let block = try file.data(of: specimen.messages[3])
            try file.block(block, UInt16(10), at: file.value(0x0037, in: block) + 8)
        },
        Damage("a message that lies in another folder", "contents-list") { file, specimen in
            try file.node(specimen.messages[3], UInt32(0x8022), at: 24)
        },
        Damage("a message that lies in no folder", "node-parent") { file, specimen in
            try file.node(specimen.messages[3], UInt32(0x21), at: 24)
        },
        Damage("a missing node", "node-missing") { file, _ in try file.node(0x610, UInt32(0x611), at: 0) },
        Damage("a missing table of a folder", "folder-node") { file, specimen in
            try file.node(specimen.contents, UInt32(specimen.contents | 0x1F), at: 0)
        },
        Damage("an entry id with another store's UID", "entry-id") { file, _ in
            let block = try file.data(of: 0x21)
            try file.block(block, UInt32(0), at: file.value(0x35E0, in: block) + 4)
        },
        Damage("an entry id of no folder", "entry-id-folder") { file, _ in
            let block = try file.data(of: 0x21)
            try file.block(block, UInt32(0xFFFE2), at: file.value(0x35E0, in: block) + 20)
        },
        Damage("a property index used twice", "name-index-twice") { file, _ in
            let block = try file.data(of: 0x61)
            try file.block(block, UInt16(0), at: file.value(0x0003, in: block) + 8 + 6)
        },
        Damage("a name in the wrong bucket", "name-buckets") { file, _ in
            let block = try file.data(of: 0x61)
            try file.block(block, UInt32(0x8504), at: file.value(0x0003, in: block) + 8)
        },
        Damage("a search list that names another folder", "search-listed") { file, _ in
            try file.block(file.data(of: 0x201), UInt32(0x2243), at: 0)
        },
    ]
}
