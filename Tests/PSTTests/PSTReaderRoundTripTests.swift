import BinaryIO
import MAPI
import PST
import PSTNDB
import Testing

@Suite("What this program writes into a PST")
struct PSTReaderRoundTripTests {
    /// A store with messages of every kind in two folders.
    static func store(_ numbers: Range<Int>, encoding: ContentEncoding) throws -> (MemoryStorage, [NodeID]) {
        let storage = MemoryStorage()
        let file = try PSTFile.create(in: storage, displayName: "Größe", encoding: encoding)
        let inbox = try file.addFolder(named: "Inbox").id
        let deep = try file.addFolder(named: "Deep/er", below: inbox).id
        var ids: [NodeID] = []
        for number in numbers {
            let message = SampleMessages.message(number)
            try file.register(MessageBuilder.unknownNames(in: message, file.names))
            ids.append(try file.add(try file.build(message), to: number % 3 == 0 ? deep : inbox))
        }
        try file.checkpoint()
        return (storage, ids)
    }

    @Test("is read back with its folders", arguments: [ContentEncoding.none, .permute, .cyclic])
    func folders(encoding: ContentEncoding) throws {
        let (storage, _) = try Self.store(0..<10, encoding: encoding)
        let reader = try PSTReader.open(storage)
        #expect(reader.problems == [])
        #expect(reader.encoding == encoding)
        #expect(reader.store.string(.displayName) == "Größe")
        let tree = reader.folderTree()
        #expect(tree.problems == [])
        #expect(tree.folders.map(\.path) == [["Inbox"], ["Inbox", "Deep/er"], ["Deleted Items"]])
        let counts = tree.folders.map { reader.contents(of: $0.id).rows.count }
        #expect(counts == [6, 4, 0])
    }

    @Test("is read back message by message, every property the same", arguments: [ContentEncoding.none, .cyclic])
    func messages(encoding: ContentEncoding) throws {
        // Up to number 110: one in a hundred has 400 attachments, one in eleven 300 recipients.
        let (storage, ids) = try Self.store(0..<110, encoding: encoding)
        let reader = try PSTReader.open(storage)
        for (number, id) in ids.enumerated() {
            let message = try reader.message(id)
            #expect(message.problems == [])
            let differences = try Self.differences(SampleMessages.message(number), message.object)
            #expect(differences == [], "message \(number)")
        }
    }

    @Test("in attachments too large for memory is streamed back")
    func largeAttachment() throws {
        let storage = MemoryStorage()
        let file = try PSTFile.create(in: storage, displayName: "Large", encoding: .permute)
        let inbox = try file.addFolder(named: "Inbox").id
        // More than an XBLOCK holds, so that there is an XXBLOCK.
        let content = RepeatedBytes(count: 8_176 * 1_021 + 12_345)
        var message = MessageObject()
        var attachment = Attachment()
        attachment.content = .stream(content)
        message.attachments = [attachment]
        let id = try file.add(try file.build(message), to: inbox)
        try file.checkpoint()
        let read = try PSTReader.open(storage).message(id).object
        let stored = try #require(read.attachments.first).content
        guard case .stream = stored else {
            Issue.record("\(stored) is no stream")
            return
        }
        let bytes = try #require(try InventoryLines.bytes(of: stored))
        #expect(bytes == (try InventoryLines.bytes(of: .stream(content))))
    }

    @Test("under named properties is found under the same names")
    func names() throws {
        let (storage, _) = try Self.store(0..<11, encoding: .none)
        let names = try PSTReader.open(storage).names
        for name in [
            NamedProperty(set: .psPublicStrings, string: "Keywords"),
            NamedProperty(set: .psetidCommon, identifier: 0x8505),
        ] {
            let id = try #require(names.id(of: name))
            #expect(names.name(of: id) == name)
        }
        #expect(names.name(of: 0x8FFF) == nil)
        #expect(names.id(of: NamedProperty(set: .psPublicStrings, string: "keywords")) == nil)
    }

    /// What of `original` is not the same in `stored`, which may have more.
    static func differences(_ original: MessageObject, _ stored: MessageObject) throws -> [String] {
        // Made anew by the writer: whether there are attachments is one of the flags.
        var result = differences(original.properties, stored.properties, except: [PropertyTag.messageFlags.id])
        if original.recipients.count != stored.recipients.count { result.append("recipients") }
        for (left, right) in zip(original.recipients, stored.recipients) {
            result += differences(left.properties, right.properties, except: [])
        }
        if original.attachments.count != stored.attachments.count { result.append("attachments") }
        for (left, right) in zip(original.attachments, stored.attachments) {
            result += differences(left.properties, right.properties, except: [PropertyTag.attachMethod.id])
            switch (left.content, right.content) {
            case (.message(let inner), .message(let other)): result += try differences(inner, other)
            default:
                if try InventoryLines.bytes(of: left.content) != InventoryLines.bytes(of: right.content) {
                    result.append("content of \(left.properties.string(.attachLongFilename) ?? "")")
                }
            }
        }
        return result
    }

    private static func differences(_ left: PropertyBag, _ right: PropertyBag, except: [UInt16]) -> [String] {
        var result: [String] = []
        for (tag, value) in left.fixed where !except.contains(tag.id) && right[tag] != value {
            // Empty texts are not stored.
            if value == .string(""), right.string(tag) == nil { continue }
            result.append("\(tag): \(value) became \(String(describing: right[tag]))")
        }
        for (name, value) in left.named where right[name] != value { result.append("\(name)") }
        return result
    }
}
