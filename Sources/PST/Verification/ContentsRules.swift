import BinaryIO

/// Contents tables, [MS-PST] 2.4.4.5 and 2.4.4.6.
extension Rule {
    static let contentsList = Rule(
        "contents-list", .error, "[MS-PST] 2.4.4.5", "the contents table does not list exactly the folder's messages",
        .repair)
    static let messageTwice = Rule(
        "message-listed-twice", any: nil, fresh: .error, "scanpst", "a message is listed twice", .repair)
    static let rowStatus = Rule(
        "row-status", any: nil, fresh: .error, "scanpst", "PidTagMessageStatus of a row is missing or not 0", .repair)
    static let rowConversation = Rule(
        "row-conversation", any: nil, fresh: .error, "[MS-PST] 2.4.4.5",
        "PidTagConversationId of a row does not follow from the message", .repair)
    static let rowSharedList = Rule(
        "row-shared-list", any: nil, fresh: .warning, "scanpst",
        "a long display list is not one data tree for message and row", .none)
    static let messageLost = Rule(
        "message-lost", .error, "[MS-PST] 2.4.5", "a message lies in no folder", .item)

    static let contents: [Rule] = [
        contentsList, messageTwice, rowStatus, rowConversation, rowSharedList, messageLost,
    ]
}

extension StoreCheck {
    /// The messages of a folder, and the rows that stand for them.
    func checkContents(of folder: UInt32, _ properties: PropertyView?, kind: UInt32) {
        let isAssociated = kind == NodeKind.associatedTable
        let messageKind = isAssociated ? NodeKind.associatedMessage : NodeKind.message
        let name = isAssociated ? "associated contents table" : "contents table"
        guard let content = file.node(NodeKind.sibling(folder, kind), name), let table = TableView(content) else {
            return
        }
        checkColumns(of: table, template: isAssociated ? 0x60F : 0x60E)
        let mirror = RowMirror.contents(log.profile, isAssociated: isAssociated)
        var unread = 0
        table.forEachRow { id, row in
            table.checkVersion(of: row, id, isShared: true)
            guard NodeKind.of(id) == messageKind, let index = self.file.nodes.index(of: id),
                self.file.nodes.parents[index] == folder
            else {
                self.log.report(
                    .contentsList, table.rowPlace(id), found: "no such message", expected: "one of the folder")
                return
            }
            if self.file.nodes.states[index].contains(.listed) {
                self.log.report(.messageTwice, table.rowPlace(id), found: "a second row")
                return
            }
            self.file.nodes.states[index].insert(.listed)
            guard let message = self.checkTopMessage(id, isAssociated: isAssociated) else { return }
            if (message.integer(0x0E07) ?? 0) & 1 == 0 { unread += 1 }
            mirror.compare(table, id, row, with: message)
            self.replicated.note(table, id, row)
            if self.log.profile == .fresh { self.checkOwnCells(table, id, row, message, isAssociated) }
        }
        table.finish()
        guard !isAssociated, let properties else { return }
        if let count = properties.integer(0x3602), Int(count) != table.listedCount {
            log.report(.folderCount, properties.place, found: "\(count)", expected: "\(table.listedCount)")
        }
        if let count = properties.integer(0x3603), Int(count) != unread {
            log.report(.folderUnread, properties.place, found: "\(count)", expected: "\(unread)")
        }
    }

    private func checkTopMessage(_ id: UInt32, isAssociated: Bool) -> PropertyView? {
        if !isAssociated { messageCount += 1 }
        guard let content = file.node(id, isAssociated ? "associated message" : "message") else { return nil }
        return checkMessage(content, isAssociated: isAssociated, depth: 0)
    }

    /// Messages that no row names, once all folders have been walked through.
    func checkUnlistedMessages() {
        for index in 0..<file.nodes.count {
            let id = file.nodes.ids[index]
            guard NodeKind.isMessage(id), !file.nodes.states[index].contains(.listed) else { continue }
            let parent = file.nodes.parents[index]
            let isAssociated = NodeKind.of(id) == NodeKind.associatedMessage
            if let folder = file.nodes.index(of: parent), file.nodes.states[folder].contains(.reached) {
                let table = NodeKind.sibling(
                    parent, isAssociated ? NodeKind.associatedTable : NodeKind.contentsTable)
                log.report(
                    .contentsList, Place("contents table", nodes: [table]),
                    found: "no row for message \(hexadecimal(id))", expected: "a row")
            } else {
                log.report(.messageLost, Place("message", nodes: [id]), found: "nidParent \(hexadecimal(parent))")
            }
            _ = checkTopMessage(id, isAssociated: isAssociated)
        }
    }

    /// Cells that only the row has.
    private func checkOwnCells(
        _ table: TableView, _ id: UInt32, _ row: UnsafeRawBufferPointer, _ message: PropertyView, _ isAssociated: Bool
    ) {
        switch table.cellInteger(0x0E17_0003, of: row) {
        case 0?: break
        case let status?: log.report(.rowStatus, table.rowPlace(id), mildly: true, found: "\(status)", expected: "0")
        case nil: log.report(.rowStatus, table.rowPlace(id), found: "no cell", expected: "0")
        }
        guard !isAssociated else { return }
        let stored = table.cellBytes(0x3013_0102, of: row)
        conversations.note(id, stored)
        if table.columns.position(0x3013_0102) != nil, case .known(let expected) = ConversationRule.id(of: message),
            stored != expected
        {
            log.report(
                .rowConversation, table.rowPlace(id),
                found: stored.map { $0.withUnsafeBytes { hexadecimal($0) } } ?? "none",
                expected: expected.map { $0.withUnsafeBytes { hexadecimal($0) } } ?? "none")
        }
        for tag in [0x0E04_001F, 0x0E03_001F] as [UInt32] {
            guard let property = message[UInt16(tag >> 16)], property.size >= 2048,
                let position = table.columns.position(tag)
            else { continue }
            if case .subnode(let left) = table.cells[position], case .subnode(let right) = property.content,
                left == right
            {
                continue
            }
            if case .absent = table.cells[position] { continue }
            log.report(.rowSharedList, table.rowPlace(id), found: hexadecimal(tag))
        }
    }
}

/// PidTagConversationId, [MS-OXOMSG] 2.2.1.2: from the tracked conversation index, else from the topic.
enum ConversationRule {
    enum Outcome {
        /// nil: there is to be none.
        case known([UInt8]?)
        /// What is published does not settle it.
        case unsettled
    }

    static func id(of message: PropertyView) -> Outcome {
        let index = message.bytes(0x0071) ?? []
        if message.integer(0x3016) ?? 0 != 0, index.count >= 22 {
            return index[0] == 1 ? .known(Array(index[6..<22])) : .unsettled
        }
        guard let topic = message.text(0x0070), !topic.isEmpty else { return .known(nil) }
        guard topic.count <= 255 else { return .unsettled }
        var bytes: [UInt8] = []
        for unit in uppercased(topic) { bytes.append(littleEndian: unit) }
        return .known(Digest.md5(bytes))
    }

    /// Character by character; those without a single upper-case character stay.
    private static func uppercased(_ units: [UInt16]) -> [UInt16] {
        guard units.contains(where: { $0 >= 0x80 }) else {
            return units.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }
        }
        var result: [UInt16] = []
        for scalar in String(decoding: units, as: UTF16.self).unicodeScalars {
            let mapping = scalar.properties.uppercaseMapping.unicodeScalars
            let upper = mapping.count == 1 ? mapping[mapping.startIndex] : scalar
            result.append(contentsOf: UTF16.encode(upper) ?? UTF16.encodedReplacementCharacter)
        }
        return result
    }
}
