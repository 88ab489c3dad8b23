import BinaryIO

/// The recipient table, [MS-PST] 2.4.5.3.
extension Rule {
    static let recipientsMissing = Rule(
        "recipient-table-missing", any: .warning, fresh: .error, "[MS-PST] 2.4.5", "a message has no recipient table",
        .item)
    static let recipientColumn = Rule(
        "recipient-column", .error, "[MS-PST] 2.4.5.3", "the recipient table lacks a required column", .item)
    static let recipientValue = Rule(
        "recipient-value", .error, "[MS-PST] 2.4.5.3", "a recipient lacks its type, or both name and address", .item)
    static let recipientType = Rule(
        "recipient-type", .error, "[MS-PST] 2.4.5.3", "PidTagRecipientType is not a known type", .item)
    static let recipientUsual = Rule(
        "recipient-usual-value", any: nil, fresh: .warning, "scanpst",
        "a recipient row is unlike those that Outlook writes", .none)

    static let recipients: [Rule] = [
        recipientsMissing, recipientColumn, recipientValue, recipientType, recipientUsual,
    ]
}

/// What other rules need of a recipient.
struct RecipientSeen {
    let type: UInt32
    let name: [UInt16]
}

extension StoreCheck {
    func checkRecipients(of message: PropertyView, isAssociated: Bool) -> [RecipientSeen] {
        guard let subnode = message.content.subnode(StoreNode.recipientTable) else {
            let isNote = message.string(0x001A)?.uppercased().hasPrefix("IPM.NOTE") ?? false
            if log.profile == .fresh || !isAssociated && isNote {
                log.report(.recipientsMissing, message.place, found: "no subnode 0x692")
            }
            return []
        }
        message.use(StoreNode.recipientTable)
        guard let table = TableView(message.content.content(subnode, "recipient table")) else { return [] }
        checkRecipientColumns(table)
        var seen: [RecipientSeen] = []
        seen.reserveCapacity(table.listedCount)
        let columns = RecipientColumns(table)
        table.forEachRow { id, row in
            table.checkVersion(of: row, id, isShared: false)
            seen.append(self.check(table, id, row, columns))
        }
        table.finish()
        return seen
    }

    private struct RecipientColumns {
        let type: Int?
        let name: Int?
        let address: Int?
        let usual: [Int?]

        init(_ table: TableView) {
            func position(_ id: UInt16) -> Int? { table.columns.columns.firstIndex { $0.id == id } }
            (type, name, address) = (position(0x0C15), position(0x3001), position(0x3003))
            usual = [0x0FFF, 0x3001, 0x3002, 0x3003, 0x300B].map(position)
        }
    }

    private func check(
        _ table: TableView, _ id: UInt32, _ row: UnsafeRawBufferPointer, _ columns: RecipientColumns
    ) -> RecipientSeen {
        func exists(_ position: Int?) -> Bool {
            guard let position else { return false }
            if case .absent = table.cells[position] { return false }
            return true
        }
        var type: UInt32 = 0
        if let position = columns.type, exists(position) {
            type = (table.withCell(position, of: row) { $0.loadLittleEndian(UInt32.self, at: 0) } ?? nil) ?? 0
            if type & 0x0FFF_FFFF > 3 { log.report(.recipientType, table.rowPlace(id), found: hexadecimal(type)) }
        } else {
            log.report(.recipientValue, table.rowPlace(id), found: "no PidTagRecipientType")
        }
        if !exists(columns.name), !exists(columns.address) {
            log.report(.recipientValue, table.rowPlace(id), found: "neither name nor address")
        }
        if log.profile == .fresh, id == 0 || !columns.usual.allSatisfy(exists) {
            log.report(.recipientUsual, table.rowPlace(id), found: "row id 0, or a cell missing")
        }
        var name: [UInt16] = []
        if let position = columns.name {
            let isWide = table.columns.columns[position].type == ValueType.string
            name = table.withCell(position, of: row) { utf16Units($0, isWide: isWide) } ?? []
        }
        if name.count > 255 { log.report(.messageLongName, table.rowPlace(id), found: "\(name.count) units") }
        return RecipientSeen(type: type, name: name)
    }

    private func checkRecipientColumns(_ table: TableView) {
        for id in TemplateColumns.required[0x692] ?? [] where !table.columns.contains(id: id) {
            log.report(.recipientColumn, table.place, found: "no column \(hexadecimal(id))")
        }
        checkTemplate(of: table, 0x692)
    }

    /// Whether a table has the columns of its template.
    func checkTemplate(of table: TableView, _ template: UInt32) {
        guard let expected = templateTags[template] else { return }
        var missing = expected.count
        for column in table.columns.columns where expected.contains(column.tag) { missing -= 1 }
        if missing > 0 { log.report(.tableTemplateColumn, table.place, found: "\(missing) columns less") }
    }
}
