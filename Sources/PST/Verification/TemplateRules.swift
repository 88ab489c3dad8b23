import BinaryIO

/// The nodes every store has, [MS-PST] 2.4.1, 2.4.2 and 2.7.1, and those that Outlook adds.
extension Rule {
    static let nodeMissing = Rule("node-missing", .error, "[MS-PST] 2.7.1", "a mandatory node is missing", .repair)
    static let nodeMissingUsual = Rule(
        "node-missing-usual", any: .warning, fresh: .error, "scanpst", "a node that Outlook always writes is missing",
        .repair)
    static let templateRows = Rule("template-rows", .error, "[MS-PST] 2.4.2", "a template table has rows", .repair)
    static let templateColumns = Rule(
        "template-columns", .error, "[MS-PST] 2.4.2", "a template table lacks a required column", .repair)
    static let templateUsualColumns = Rule(
        "template-usual-columns", any: .warning, fresh: .error, "scanpst",
        "a template table lacks columns that Outlook gives it", .repair)
    static let queueShape = Rule(
        "queue-shape", any: .warning, fresh: .error, "[MS-PST] 2.4.8.4", "a queue or list node is of the wrong shape",
        .repair)
    static let receiveFolder = Rule(
        "receive-folder", any: nil, fresh: .error, "scanpst", "the receive folder table lacks its default row", .repair)

    static let templates: [Rule] = [
        nodeMissing, nodeMissingUsual, templateRows, templateColumns, templateUsualColumns, queueShape, receiveFolder,
    ]
}

/// NIDs of the store's own nodes.
enum StoreNode {
    static let store: UInt32 = 0x21
    static let names: UInt32 = 0x61
    static let root: UInt32 = 0x122
    static let searchQueue: UInt32 = 0x1E1
    static let searchList: UInt32 = 0x201
    static let searchDomain: UInt32 = 0x261
    static let receiveTable: UInt32 = 0x62B
    static let outgoingTable: UInt32 = 0x64C
    static let attachmentTable: UInt32 = 0x671
    static let recipientTable: UInt32 = 0x692
    static let idMap: UInt32 = 0xC01
    static let messageIndex: UInt32 = 0xE01
    static let spamSearch: UInt32 = 0x2223

    static let mandatory: [UInt32] = [
        store, names, root, 0x12D, 0x12E, 0x12F, searchQueue, searchList, 0x60D, 0x60E, 0x60F, 0x610, attachmentTable,
        recipientTable,
    ]
    static let usual: [UInt32] = [searchDomain, receiveTable, outgoingTable]
    static let usualUnicode: [UInt32] = [spamSearch, 0x2226, 0x2227]
    /// What the repair tool misses in a new file.
    static let usualFresh: [UInt32] = [0x6B6, 0x6D7, 0x6F8, idMap]
}

/// Columns of the templates, as ids with their types; every table has the row id and version besides.
enum TemplateColumns {
    /// What tables in use must have.
    static let required: [UInt32: [UInt16]] = [
        0x60D: [0x3001, 0x3602, 0x3603, 0x360A], 0x60E: [0x001A, 0x0037, 0x0E07, 0x0E08], 0x60F: [],
        0x671: [0x0E20, 0x3705], 0x692: [0x0C15, 0x3001, 0x3003],
    ]

    /// What Outlook 2007 and later write.
    static let usual: [UInt32: [UInt32]] = [
        0x60D: [
            0x0E30_0102, 0x0E33_0014, 0x0E34_0102, 0x0E38_0003, 0x3001_001F, 0x3602_0003, 0x3603_0003, 0x360A_000B,
            0x3613_001F, 0x6635_0003, 0x6636_0003,
        ],
        0x60E: [
            0x0017_0003, 0x001A_001F, 0x0036_0003, 0x0037_001F, 0x0039_0040, 0x0042_001F, 0x0057_000B, 0x0058_000B,
            0x0070_001F, 0x0071_0102, 0x0E03_001F, 0x0E04_001F, 0x0E06_0040, 0x0E07_0003, 0x0E08_0003, 0x0E17_0003,
            0x0E30_0102, 0x0E33_0014, 0x0E34_0102, 0x0E38_0003, 0x0E3C_0102, 0x0E3D_0102, 0x1097_0003, 0x3008_0040,
            0x3013_0102, 0x65C6_0003,
        ],
        0x60F: [
            0x001A_001F, 0x0E07_0003, 0x0E17_0003, 0x3001_001F, 0x6800_001F, 0x6803_000B, 0x6805_1003, 0x682F_001F,
            0x7003_0003, 0x7004_0102, 0x7005_0102, 0x7006_001F, 0x7007_0003,
        ],
        0x610: [
            0x0017_0003, 0x001A_001F, 0x0036_0003, 0x0037_001F, 0x0042_001F, 0x0057_000B, 0x0058_000B, 0x0E03_001F,
            0x0E04_001F, 0x0E05_001F, 0x0E06_0040, 0x0E07_0003, 0x0E08_0003, 0x0E17_0003, 0x0E2A_000B, 0x3008_0040,
            0x67F1_0003,
        ],
        0x671: [0x0E20_0003, 0x3704_001F, 0x3705_0003, 0x370B_0003],
        0x692: [
            0x0C15_0003, 0x0E0F_000B, 0x0FF9_0102, 0x0FFE_0003, 0x0FFF_0102, 0x3001_001F, 0x3002_001F, 0x3003_001F,
            0x300B_0102, 0x3900_0003, 0x39FF_001F, 0x3A40_000B,
        ],
        0x6B6: [0x0E33_0014, 0x0E37_0102, 0x0E38_0003],
        0x6D7: [
            0x001A_001F, 0x0E30_0102, 0x0E31_0102, 0x0E33_0014, 0x0E34_0102, 0x0E38_0003, 0x0E3E_0102,
        ],
        0x6F8: [0x0E33_0014, 0x3007_0040],
        0x62B: [0x001A_001F, 0x6605_0003],
        0x64C: [0x0039_0040, 0x0E10_0003, 0x0E14_0003],
    ]
}

extension StoreCheck {
    func checkMandatoryNodes() {
        func check(_ ids: [UInt32], _ rule: Rule) {
            for id in ids where !file.nodes.contains(id) {
                log.report(rule, Place("node", nodes: [id]), found: "none", expected: "NID \(hexadecimal(id))")
            }
        }
        check(StoreNode.mandatory, .nodeMissing)
        check(StoreNode.usual, .nodeMissingUsual)
        if file.layout.isUnicode { check(StoreNode.usualUnicode, .nodeMissingUsual) }
        if log.profile == .fresh { check(StoreNode.usualFresh, .nodeMissingUsual) }
    }

    func checkTemplates() {
        for id in [0x60D, 0x60E, 0x60F, 0x610, 0x671, 0x692, 0x6B6, 0x6D7, 0x6F8, 0x64C] as [UInt32] {
            guard let content = file.node(id, "template table"), content.data != 0, let table = TableView(content)
            else { continue }
            templateTags[id] = Set(table.columns.tags)
            for required in TemplateColumns.required[id] ?? [] where !table.columns.contains(id: required) {
                log.report(.templateColumns, content.place, found: "no column \(hexadecimal(required))")
            }
            checkUsualColumns(table, id)
            let isOwnTable = id == 0x64C || id >= 0x6B6
            if table.listedCount > 0 {
                log.report(
                    .templateRows, content.place, mildly: isOwnTable, found: "\(table.listedCount) rows",
                    expected: "none")
            }
            table.forEachRow { _, _ in }
            table.finish()
        }
        checkReceiveTable()
    }

    private func checkUsualColumns(_ table: TableView, _ id: UInt32) {
        let isFresh = log.profile == .fresh
        guard isFresh || id < 0x6B6 && id != 0x64C && id != 0x610 else { return }
        let usual = TemplateColumns.usual[id] ?? []
        let missing = usual.filter { tag in
            // A string column of an ANSI file is of another type.
            let type = tag & 0xFFFF
            return !table.columns.tags.contains(tag)
                && !(type == 0x1F && !file.layout.isUnicode && table.columns.tags.contains(tag & ~1))
        }
        if !missing.isEmpty {
            log.report(
                .templateUsualColumns, table.place,
                found: "no columns " + missing.map { hexadecimal($0) }.joined(separator: ", "))
        }
    }

    private func checkReceiveTable() {
        guard let content = file.node(StoreNode.receiveTable, "receive folder table"), content.data != 0,
            let table = TableView(content)
        else { return }
        var hasDefault = false
        table.forEachRow { id, row in
            if let name = table.cellBytes(0x001A_001F, of: row), name.isEmpty { hasDefault = true }
            let folder = table.cellInteger(0x6605_0003, of: row) ?? 0
            if id == 0 || NodeKind.of(folder) != NodeKind.folder || !file.nodes.contains(folder) {
                log.report(
                    .receiveFolder, table.rowPlace(id), found: "folder \(hexadecimal(folder))", expected: "a folder")
            }
            table.checkVersion(of: row, id, isShared: true)
        }
        if !hasDefault { log.report(.receiveFolder, content.place, found: "no row for the empty class") }
        table.finish()
    }

    /// Nodes that are plain arrays, or empty.
    func checkQueues() {
        for (id, size) in [(StoreNode.searchQueue, 20), (StoreNode.searchList, 4)] {
            guard let content = file.node(id, "queue") else { continue }
            let bytes = file.data(of: content.data, content.place)
            if bytes.count % size != 0 {
                log.report(.queueShape, content.place, found: "\(bytes.count) bytes", expected: "entries of \(size)")
            }
            if id == StoreNode.searchList { searchList = Set(Self.numbers(bytes)) }
        }
        guard log.profile == .fresh else { return }
        for id in [StoreNode.searchQueue, 0xEC1] as [UInt32] {
            guard let content = file.node(id, "queue") else { continue }
            if content.data != 0 {
                log.report(.queueShape, content.place, mildly: true, found: "data", expected: "an empty queue")
            }
        }
        for id in [StoreNode.searchList, StoreNode.searchDomain] {
            guard let content = file.node(id, "list") else { continue }
            if content.subnodeBlock != 0 || file.dataSize(of: content.data) % 4 != 0 {
                log.report(.queueShape, content.place, found: "no plain array of NIDs")
            }
        }
    }

    static func numbers(_ bytes: [UInt8]) -> [UInt32] {
        (0..<bytes.count / 4).map { bytes.loadLittleEndian(UInt32.self, at: 4 * $0) ?? 0 }
    }
}
