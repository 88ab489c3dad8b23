import BinaryIO

/// The attachment table and attachment objects, [MS-PST] 2.4.6.
extension Rule {
    static let attachmentColumn = Rule(
        "attachment-column", .error, "[MS-PST] 2.4.6.1", "the attachment table lacks a required column", .item)
    static let attachmentList = Rule(
        "attachment-list", .error, "[MS-PST] 2.4.6.1", "attachment table and attachments do not match", .item)
    static let attachmentProperty = Rule(
        "attachment-property", .error, "[MS-PST] 2.4.6.2", "an attachment lacks a required property", .item)
    static let attachmentMethod = Rule(
        "attachment-method", .error, "[MS-PST] 2.4.6.2", "PidTagAttachMethod and the data disagree", .item)
    static let attachmentSize = Rule(
        "attachment-size", any: nil, fresh: .error, "scanpst", "PidTagAttachSize is not the sum of the values", .item)
    static let attachmentSizeSmall = Rule(
        "attachment-size-small", any: .warning, fresh: nil, "[MS-PST] 2.4.6.2", "PidTagAttachSize is below the data",
        .none)
    static let attachmentObjectSize = Rule(
        "attachment-object-size", any: nil, fresh: .error, "[MS-PST] 2.3.3.5",
        "the size in a PtypObject is not the size of the object", .item)
    static let attachmentObjectType = Rule(
        "attachment-object-type", any: nil, fresh: .error, "scanpst",
        "the object of an attachment has the wrong NID type",
        .item)

    static let attachments: [Rule] = [
        attachmentColumn, attachmentList, attachmentProperty, attachmentMethod, attachmentSize, attachmentSizeSmall,
        attachmentObjectSize, attachmentObjectType,
    ]
}

/// What other rules need of an attachment.
struct AttachmentSeen {
    let isHidden: Bool
    let size: Int
}

extension StoreCheck {
    func checkAttachments(of message: PropertyView, depth: Int) -> [AttachmentSeen] {
        let content = message.content
        let attachments = content.subnodes.filter { NodeKind.of($0.id) == NodeKind.attachment }
        guard let subnode = content.subnode(StoreNode.attachmentTable) else {
            if !attachments.isEmpty {
                log.report(.attachmentList, message.place, found: "no table", expected: "\(attachments.count) rows")
            }
            return attachments.map { check($0, of: message, depth: depth).seen }
        }
        message.use(StoreNode.attachmentTable)
        guard let table = TableView(content.content(subnode, "attachment table")) else {
            return attachments.map { check($0, of: message, depth: depth).seen }
        }
        for id in TemplateColumns.required[0x671] ?? [] where !table.columns.contains(id: id) {
            log.report(.attachmentColumn, table.place, found: "no column \(hexadecimal(id))")
        }
        if log.profile == .fresh { checkTemplate(of: table, 0x671) }
        var seen: [AttachmentSeen] = []
        var listed: Set<UInt32> = []
        let mirror = RowMirror.attachments(log.profile)
        table.forEachRow { id, row in
            table.checkVersion(of: row, id, isShared: false)
            guard let attachment = content.subnode(id), NodeKind.of(id) == NodeKind.attachment,
                listed.insert(id).inserted
            else {
                self.log.report(.attachmentList, table.rowPlace(id), found: "no such attachment", expected: "a subnode")
                return
            }
            let result = self.check(attachment, of: message, depth: depth)
            seen.append(result.seen)
            if let object = result.object { mirror.compare(table, id, row, with: object) }
        }
        table.finish()
        for attachment in attachments where !listed.contains(attachment.id) {
            log.report(.attachmentList, table.place, found: "no row for \(hexadecimal(attachment.id))")
            seen.append(check(attachment, of: message, depth: depth).seen)
        }
        return seen
    }

    private func check(
        _ subnode: Subnode, of message: PropertyView, depth: Int
    ) -> (seen: AttachmentSeen, object: PropertyView?) {
        message.use(subnode.id)
        let content = message.content.content(subnode, "attachment")
        guard let attachment = PropertyView(content) else { return (AttachmentSeen(isHidden: false, size: 0), nil) }
        for id in [0x0E20, 0x3705, 0x370B] as [UInt16] where attachment[id] == nil {
            log.report(.attachmentProperty, content.place, found: "no \(hexadecimal(id))")
        }
        checkData(attachment, depth: depth)
        let size = Int(attachment.integer(0x0E20) ?? 0)
        if log.profile == .fresh {
            let expected = attachment.properties.reduce(0) { $0 + $1.size }
            if attachment[0x0E20] != nil, size != min(expected, Int(Int32.max)) {
                log.report(.attachmentSize, content.place, found: "\(size)", expected: "\(expected)")
            }
        }
        attachment.finish()
        let isHidden = attachment.integer(0x7FFE) ?? 0 != 0 || (attachment.integer(0x3714) ?? 0) & 4 != 0
        return (AttachmentSeen(isHidden: isHidden, size: size), attachment)
    }

    private func checkData(_ attachment: PropertyView, depth: Int) {
        let place = attachment.place
        let data = attachment[0x3701]
        let method = attachment.integer(0x3705)
        func disagree(_ found: String, mildly: Bool = false) {
            log.report(
                .attachmentMethod, place, mildly: mildly, found: "method \(method.map { "\($0)" } ?? "none"), \(found)")
        }
        switch method {
        case 1?:
            let size = Int(attachment.integer(0x0E20) ?? 0)
            guard let data else { return disagree("no data", mildly: size < 4096 && log.profile == .any) }
            if data.type != ValueType.binary { disagree("data of type \(hexadecimal(data.type))") }
            if size < data.size {
                log.report(.attachmentSizeSmall, place, found: "\(size)", expected: "at least \(data.size)")
            }
        case 5?, 6?:
            guard let data, case .object(let id) = data.content else {
                let isMild = method == 6 && data != nil
                return disagree("no object", mildly: isMild)
            }
            checkObject(id, size: data.size, of: attachment, isMessage: method == 5, depth: depth)
        case 0?: if data != nil { disagree("data", mildly: true) }
        case 2?, 3?, 4?, 7?:
            if log.profile == .fresh, data != nil || attachment[0x370D] == nil { disagree("no path", mildly: true) }
        default: disagree("unknown")
        }
    }

    private func checkObject(_ id: UInt32, size: Int, of attachment: PropertyView, isMessage: Bool, depth: Int) {
        guard let subnode = attachment.content.subnode(id) else { return }
        let object = attachment.content.content(subnode, isMessage ? "embedded message" : "object")
        if log.profile == .fresh {
            if NodeKind.of(id) != (isMessage ? NodeKind.message : 0x09) {
                log.report(.attachmentObjectType, object.place, found: hexadecimal(id))
            }
            let actual =
                isMessage
                ? file.objectSize(data: object.data, subnodes: object.subnodes) : file.dataSize(of: object.data)
            if size != min(actual, Int(Int32.max)) {
                log.report(.attachmentObjectSize, object.place, found: "\(size)", expected: "\(actual)")
            }
        }
        if isMessage {
            _ = checkMessage(object, isAssociated: false, depth: depth + 1)
        } else {
            file.checkStream(object.data, object.place)
        }
    }
}
