import BinaryIO
import MAPI
import MailStore
import PST
import PSTNDB
import PSTStore
import TestSupport
import Testing

@Suite("A PST as a store that is read")
struct PSTSourceTests {
    /// Writes messages into a PST and opens it.
    private func source(
        _ messages: [MessageObject], in directory: TemporaryDirectory
    ) throws -> PSTSource {
        let path = directory.path + "/source.pst"
        let file = try PSTFile.create(
            in: FileStorage(path: path, mode: .create), displayName: "Source", encoding: .permute)
        let inbox = try file.addFolder(named: "Inbox").id
        for message in messages {
            try file.register(MessageBuilder.unknownNames(in: message, file.names))
            _ = try file.add(try file.build(message), to: inbox)
        }
        try file.checkpoint()
        return try PSTSource.open(at: path)
    }

    private func message(_ set: (inout PropertyBag) -> Void) -> MessageObject {
        var message = MessageObject()
        message.properties[.subject] = .string("Betreff")
        set(&message.properties)
        return message
    }

    private func rows(_ source: PSTSource) async throws -> [ContentsRow] {
        let folders = try await source.hierarchy().folders
        return try await source.contents(of: try #require(folders.first { $0.role == .inbox })).rows
    }

    @Test("keeps the rules of all stores")
    func contract() async throws {
        let directory = try TemporaryDirectory()
        let source = try source(
            (0..<40).map { number in message { $0[.body] = .string("Text \(number)") } }, in: directory)
        #expect(try await StoreContract.violations(of: source) == [])
    }

    @Test(
        "keeps the rules of all stores where Outlook wrote it",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"),
        arguments: ["testPST", "nonUnicodeCP932", "dist-list", "2003_no-encryption_quickquick"])
    func contractOnOutlook(name: String) async throws {
        let path = try #require(SharedMaterial.folder) + "/corpus/pst/\(name).pst"
        let source = try PSTSource.open(at: path)
        #expect(try await StoreContract.violations(of: source) == [])
        #expect(try await source.hierarchy().problems == [])
    }

    @Test(
        "has the texts of a code page in Unicode",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"))
    func codePage() async throws {
        let path = try #require(SharedMaterial.folder) + "/corpus/pst/nonUnicodeCP932.pst"
        let source = try PSTSource.open(at: path)
        let folder = try #require(try await source.hierarchy().folders.first)
        #expect(folder.path.names == ["Outlook データ ファイルのトップ"])
        let row = try #require(try await source.contents(of: folder).rows.first)
        guard case .mapi(let object) = try await source.open(row, in: folder).content else {
            Issue.record("no MAPI message")
            return
        }
        #expect(object.properties.string(.subject) == "日本語 Non Unicode タイトル")
    }

    private static let imapFlags = NamedProperty(set: .psetidMailBackup, string: "ImapFlags")
    private static let categories = NamedProperty(set: .psPublicStrings, string: "Keywords")

    @Test("has the state of each message")
    func state() async throws {
        let directory = try TemporaryDirectory()
        let source = try source(
            [
                message { $0[.messageFlags] = .integer32(1) },
                message { $0[.lastVerbExecuted] = .integer32(103) },
                message {
                    $0[.lastVerbExecuted] = .integer32(102)
                    $0[Self.imapFlags] = .multipleString(["\\Answered", "$Forwarded", "$label1", "Eigenes"])
                    $0[Self.categories] = .multipleString(["Important", "Eigenes", "Neu in Outlook"])
                },
                message { $0[.flagStatus] = .integer32(2) },
                message { $0[.messageFlags] = .integer32(9) },
                message { $0[NamedProperty(set: .psetidCommon, identifier: 0x8570)] = .integer32(1) },
                message {
                    $0[.messageFlags] = .integer32(9)
                    $0[Self.imapFlags] = .multipleString(["\\Draft", "\\Flagged"])
                },
                message { $0[Self.imapFlags] = .multipleString(["\\Draft"]) },
                message {
                    $0[.messageFlags] = .integer32(9)
                    $0[Self.imapFlags] = .multipleString([""])
                },
            ], in: directory)
        let states = try await rows(source).map(\.state)
        func state(_ set: (inout MessageState) -> Void) -> MessageState {
            var state = MessageState()
            set(&state)
            return state
        }
        #expect(states[0] == state { $0.seen = true })
        #expect(states[1] == state { $0.answered = true })
        #expect(
            states[2]
                == state {
                    $0.answered = true
                    $0.forwarded = true
                    $0.keywords = ["$label1", "Eigenes", "Neu_in_Outlook"]
                })
        #expect(states[3] == state { $0.flagged = true })
        #expect(
            states[4]
                == state {
                    $0.draft = true
                    $0.seen = true
                })
        #expect(states[5] == state { $0.deleted = true })
        // Imported drafts are read to Outlook whatever they were; the flag can be taken off there.
        #expect(states[6] == state { $0.draft = true })
        #expect(states[7] == state { $0.draft = true })
        #expect(states[8] == MessageState())
    }

    @Test("has the delivery time and size of each message")
    func row() async throws {
        let directory = try TemporaryDirectory()
        let time = FileTime(unixSeconds: 1_234_567_890)
        let source = try source([message { $0[.messageDeliveryTime] = .time(time) }], in: directory)
        let row = try #require(try await rows(source).first)
        #expect(row.deliveryTime == time)
        #expect(row.size > 100)
    }

    @Test("that is not there is no input, one that is none is bad data")
    func noPST() async throws {
        let directory = try TemporaryDirectory()
        let missing = #expect(throws: StoreError.self) { try PSTSource.open(at: directory.path + "/none.pst") }
        #expect(missing?.code == .noInput)
        let path = directory.path + "/text.pst"
        let file = try FileStorage(path: path, mode: .create)
        try Array("This is no PST.".utf8).withBytes { try file.write($0, at: 0) }
        let wrong = #expect(throws: StoreError.self) { try PSTSource.open(at: path) }
        #expect(wrong?.code == .badData)
    }
}
