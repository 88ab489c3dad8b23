import MAPI
import PSTLTP
import PSTNDB

/// Reads one object and everything in it — [MS-PST] 2.4.5 and 2.4.6. What is damaged is told and left out; only an
/// object of which nothing can be read is an error.
struct ObjectReader {
    let nodes: NodeReader
    let names: StoredNames
    let decoder: PSTReaderOptions.TextDecoder?
    let budget: ReadBudget
    private(set) var problems: [String] = []
    private var attachmentsInMemory = 0

    init(nodes: NodeReader, names: StoredNames, decoder: PSTReaderOptions.TextDecoder?, budget: ReadBudget) {
        self.nodes = nodes
        self.names = names
        self.decoder = decoder
        self.budget = budget
    }

    private mutating func tell(_ problem: String) {
        if problems.count < MessagingLimits.problems { problems.append(problem) }
    }

    /// A message and the code page of its 8-bit strings.
    mutating func message(
        data: BlockID, subnodes: BlockID, depth: Int, _ label: String
    ) throws(PSTError) -> (object: MessageObject, codePage: Int32?) {
        guard depth < MessagingLimits.embedding else {
            throw .limit("messages nested more than \(MessagingLimits.embedding) deep")
        }
        let context = try inTables { () throws(LTPError) in
            try PropertyContextReader(data: data, subnodes: subnodes, in: nodes, budget: budget)
        }
        let codePage = codePage(of: context)
        var message = MessageObject()
        message.properties = try properties(context, of: label, codePage: codePage)
        removeSubjectMark(from: &message.properties)
        message.recipients = recipients(context, codePage: codePage, label)
        let attachments = context.subnodes.filter { $0.id.type == .attachment }
        for (position, entry) in attachments.enumerated() {
            let name = "\(label), attachment \(position + 1)"
            do {
                message.attachments.append(try attachment(entry, codePage: codePage, depth: depth, name))
            } catch {
                tell("\(name): \(error)")
            }
        }
        checkAttachmentTable(context, attachments, label)
        return (message, codePage)
    }

    /// The properties of a context; objects (PtypObject) are no values and left out.
    mutating func properties(
        _ context: PropertyContextReader, of label: String, codePage: Int32? = nil,
        where isWanted: (UInt16) -> Bool = { _ in true }
    ) throws(PSTError) -> PropertyBag {
        if let damage = context.subnodeDamage {
            if case .storage(let error) = damage { throw .storage(error) }
            tell("\(label): \(damage)")
        }
        var bag = PropertyBag()
        bag.reserveCapacity(fixed: context.records.count)
        let codePage = codePage ?? self.codePage(of: context)
        for record in context.records where record.type != .object && record.type != .null && isWanted(record.id) {
            do {
                let value = try inTables { () throws(LTPError) in try context.value(record) }
                set(decoded(value, codePage), record.id, in: &bag, label)
            } catch {
                // The file ends there: nothing else will be read either.
                if case .storage = error { throw error }
                tell("\(label), property \(record.tag): \(error)")
            }
        }
        return bag
    }

    private mutating func set(_ value: PropertyValue, _ id: UInt16, in bag: inout PropertyBag, _ label: String) {
        guard id >= 0x8000 else {
            bag[PropertyTag(id: id, type: value.type)] = value
            return
        }
        guard let name = names.name(of: id) else {
            tell("\(label): property 0x\(String(id, radix: 16)) has no name in the store")
            return
        }
        bag[name] = value
    }

    private func codePage(of context: PropertyContextReader) -> Int32? {
        StringCodePage.number { tag in
            context.record(tag.id).flatMap { $0.tag == tag ? Int32(bitPattern: $0.word) : nil }
        }
    }

    private func decoded(_ value: PropertyValue, _ codePage: Int32?) -> PropertyValue {
        guard let decoder else { return value }
        switch value {
        case .string8(let bytes): return .string(decoder(bytes, codePage))
        case .multipleString8(let items): return .multipleString(items.map { decoder($0, codePage) })
        default: return value
        }
    }

    /// U+0001 and a character with the length of the prefix, [MS-PST] 2.5.3.1.1.1.
    private func removeSubjectMark(from properties: inout PropertyBag) {
        if let text = properties.string(.subject), text.unicodeScalars.first == "\u{1}" {
            properties[.subject] = .string(String(text.unicodeScalars.dropFirst(2)))
        }
        let tag = PropertyTag(id: PropertyTag.subject.id, type: .string8)
        if case .string8(let bytes)? = properties[tag], bytes.first == 1 {
            properties[tag] = .string8(Array(bytes.dropFirst(2)))
        }
    }

    // MARK: Tables

    private func table(_ id: NodeID, in context: PropertyContextReader) throws(PSTError) -> TableReader? {
        guard let entry = context.subnodes.first(where: { $0.id == id }) else { return nil }
        return try inTables { () throws(LTPError) in
            try TableReader(data: entry.data, subnodes: entry.subnodes, in: nodes, budget: budget)
        }
    }

    /// The rows of the recipient table; none where there is no table.
    private mutating func recipients(
        _ context: PropertyContextReader, codePage: Int32?, _ label: String
    ) -> [Recipient] {
        var recipients: [Recipient] = []
        do {
            guard let table = try table(.recipientTable, in: context) else { return [] }
            let problems = table.forEachRow { row in
                let recipient = self.recipient(row, of: table, codePage: codePage, label)
                recipients.append(recipient)
            }
            for problem in problems { tell("\(label), recipients: \(problem)") }
        } catch {
            tell("\(label), recipients: \(error)")
        }
        return recipients
    }

    private mutating func recipient(
        _ row: TableReader.Row, of table: TableReader, codePage: Int32?, _ label: String
    ) -> Recipient {
        var recipient = Recipient()
        for tag in table.schema.tags where tag.id != PropertyTag.ltpRowId.id && tag.id != PropertyTag.ltpRowVer.id {
            do {
                guard tag.type != .object, let value = try row.value(tag) else { continue }
                set(decoded(value, codePage), tag.id, in: &recipient.properties, label)
            } catch {
                tell("\(label), recipient \(row.number + 1), property \(tag): \(error)")
            }
        }
        return recipient
    }

    /// The attachments are the subnodes of their type; the table must have the same.
    private mutating func checkAttachmentTable(
        _ context: PropertyContextReader, _ attachments: [SubnodeEntry], _ label: String
    ) {
        do {
            guard let table = try table(.attachmentTable, in: context) else {
                if !attachments.isEmpty { tell("\(label): \(attachments.count) attachments, but no attachment table") }
                return
            }
            var listed: Set<UInt32> = []
            let damaged = table.forEachRow { row in listed.insert(row.id) }
            for problem in damaged { tell("\(label), attachment table: \(problem)") }
            let present = Set(attachments.map(\.id.rawValue))
            for id in listed.subtracting(present).sorted() {
                tell("\(label): attachment \(NodeID(rawValue: id)) is listed, but not there")
            }
            for id in present.subtracting(listed).sorted() {
                tell("\(label): attachment \(NodeID(rawValue: id)) is there, but not listed")
            }
        } catch {
            tell("\(label), attachment table: \(error)")
        }
    }

    // MARK: Attachments

    /// An attachment object, [MS-PST] 2.4.6.2.
    private mutating func attachment(
        _ entry: SubnodeEntry, codePage: Int32?, depth: Int, _ label: String
    ) throws(PSTError) -> Attachment {
        let context = try inTables { () throws(LTPError) in
            try PropertyContextReader(data: entry.data, subnodes: entry.subnodes, in: nodes, budget: budget)
        }
        let data = PropertyTag.attachDataBinary.id
        var attachment = Attachment()
        attachment.properties = try properties(context, of: label, codePage: codePage) { $0 != data }
        guard let record = context.record(data) else { return attachment }
        do {
            attachment.content = try content(record, of: context, attachment.properties, depth: depth, label)
        } catch {
            // The name and the rest of it are worth keeping.
            tell("\(label), data: \(error)")
        }
        let method: Int32? =
            switch attachment.content {
            case .none: nil
            case .bytes, .stream: 1
            case .message: 5
            case .storage: 6
            }
        if let method { attachment.properties[.attachMethod] = .integer32(method) }
        return attachment
    }

    private mutating func content(
        _ record: PropertyContextReader.Record, of context: PropertyContextReader, _ properties: PropertyBag,
        depth: Int, _ label: String
    ) throws(PSTError) -> AttachmentContent {
        let method = properties.integer32(.attachMethod)
        if record.type == .object {
            let object = try inTables { () throws(LTPError) in try context.object(record) }.subnode
            if object.id.type == .normalMessage || method == 5 {
                let inner = try message(
                    data: object.data, subnodes: object.subnodes, depth: depth + 1, "\(label), message")
                return .message(inner.object)
            }
            let bytes = try inNodes { () throws(NDBError) in try nodes.data(of: object.data, budget: budget) }
            return .storage(bytes)
        }
        guard record.type == .binary else {
            throw .damaged("attachment data: found \(record.tag), expected a binary value or an object")
        }
        if method != 6, let stream = try stream(record, of: context) { return .stream(stream) }
        let value = try inTables { () throws(LTPError) in try context.value(record) }
        guard case .binary(let bytes) = value else { return .none }
        attachmentsInMemory += bytes.count
        return method == 6 ? .storage(bytes) : .bytes(bytes)
    }

    /// A stream for data that is better not held in memory.
    private func stream(
        _ record: PropertyContextReader.Record, of context: PropertyContextReader
    ) throws(PSTError) -> StoredStream? {
        guard let top = try inTables({ () throws(LTPError) in try context.storedValue(record) }) else { return nil }
        let size = try inNodes { () throws(NDBError) in try nodes.dataBlocks(of: top).size }
        guard
            size > UInt64(MessagingLimits.attachmentInMemory)
                || size + UInt64(attachmentsInMemory) > UInt64(MessagingLimits.attachmentsInMemory)
        else { return nil }
        return StoredStream(nodes: nodes, top: top, size: size)
    }
}
