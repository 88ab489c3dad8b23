import BinaryIO
import Foundation
import Glibc
import MAPI
import MailStore
import TestSupport
import Testing

@testable import Maildir

/// A message to be delivered.
private struct Letter {
    var folder = ["INBOX"]
    var text = "Subject: hello\n\nhello\n"
    var time: Int64? = 1_000_000_000
    var state = MessageState()
    /// Made piece by piece, with a first try that fails.
    var isProduced = false
}

/// Hands its text out in pieces, after a false start.
private struct StutteringProducer: MessageContentProducer {
    let text: String
    var summary: MessageSummary { MessageSummary() }

    func produce(into sink: some MessageContentSink) throws(StoreError) -> ProducedContent {
        try Array("not this".utf8).withUnsafeBufferPointer { bytes throws(StoreError) in
            try sink.write(UnsafeRawBufferPointer(bytes))
        }
        try sink.restart()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 1000) {
            try bytes[start..<min(start + 1000, bytes.count)].withUnsafeBufferPointer {
                bytes throws(StoreError) in
                try sink.write(UnsafeRawBufferPointer(bytes))
            }
        }
        return ProducedContent(.composed, problems: ["a problem"], notices: ["a notice"])
    }
}

@Suite("Delivery into a Maildir")
struct MaildirDestinationTests {
    let place: TemporaryFolder
    var path: String { place.path("Maildir") }

    init() throws { place = try TemporaryFolder() }

    /// Saves letters; the destination is left open.
    private func save(_ letters: [Letter], to destination: MaildirDestination) async throws -> [SavedMessage] {
        var saved: [SavedMessage] = []
        for letter in letters {
            var id: FolderID?
            for name in letter.folder {
                id = try await destination.createFolder(
                    NewFolder(parent: id, name: name, role: id == nil && name == "INBOX" ? .inbox : nil))
            }
            let content: StoredMessage.Content =
                letter.isProduced
                ? .produced(StutteringProducer(text: letter.text))
                : .internet(Array(letter.text.utf8).withUnsafeBytes { MappedFile(copying: $0) })
            let folder = FolderInfo(id: FolderID(rawValue: "x"), path: FolderPath(letter.folder), role: nil)
            let row = ContentsRow(
                id: MessageID(rawValue: "x"), state: letter.state,
                deliveryTime: letter.time.map { FileTime(unixSeconds: $0) }, size: letter.text.utf8.count)
            let prepared = try destination.prepare(StoredMessage(row: row, folder: folder, content: content))
            saved.append(try await destination.save(prepared, in: try #require(id)))
        }
        return saved
    }

    @discardableResult
    private func deliver(_ letters: [Letter], layout: MaildirLayout? = nil) async throws -> [SavedMessage] {
        let destination = try MaildirDestination(path: path, layout: layout)
        let saved = try await save(letters, to: destination)
        try await destination.finish()
        return saved
    }

    /// "FOLDER: TEXT" of every message, as our own reader has it.
    private func messages() async throws -> [String] {
        let store = try MaildirStore(path: path, layout: nil)
        var found: [String] = []
        for folder in try await store.hierarchy().folders {
            for row in try await store.contents(of: folder).rows {
                guard case .internet(let file) = try await store.open(row, in: folder).content else { continue }
                let text = file.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                found.append("\(folder.path.description): \(text)")
            }
        }
        return found.sorted()
    }

    private func names(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/" + directory).sorted()
    }

    @Test(
        "A folder's name comes back as it was, whatever stands in it",
        arguments: MaildirLayout.allCases,
        [
            "Archive", "a.b", ".hidden", "..", ".", "a/b", "R&D", "Entwürfe", "日本語", "tab\there", "cur", "New", "tmp",
            "maildirfolder", "dovecot-keywords", "~home", "a b ", "%41", "&", "𝕏 🎉", "e\u{301}", "-", "INBOX.x", "\\",
        ])
    func folderNames(layout: MaildirLayout, name: String) async throws {
        try await deliver([Letter(), Letter(folder: ["Top", name, "below"]), Letter(folder: [name])], layout: layout)
        let store = try MaildirStore(path: path, layout: nil)
        #expect(store.layout == layout)
        let hierarchy = try await store.hierarchy()
        #expect(hierarchy.problems.isEmpty)
        let paths = Set(hierarchy.folders.map { $0.path.names.map { Array($0.utf8) } })
        for expected in [["INBOX"], ["Top"], ["Top", name], ["Top", name, "below"], [name]] {
            #expect(paths.contains(expected.map { Array($0.utf8) }))
        }
        #expect(hierarchy.folders.count == 5)
        #expect(try await messages().count == 3)
    }

    @Test("Folders below the inbox are below it in either layout", arguments: MaildirLayout.allCases)
    func belowInbox(layout: MaildirLayout) async throws {
        try await deliver([Letter(folder: ["Inbox", "Sub"]), Letter(folder: ["INBOX"])], layout: layout)
        let folders = try await MaildirStore(path: path, layout: layout).hierarchy().folders
        #expect(folders.map(\.path.names).contains(["INBOX", "Sub"]))
        #expect(try names("cur").count == 1)
    }

    @Test("Flags, keywords and the delivery time are those of the message")
    func state() async throws {
        var state = MessageState()
        (state.seen, state.answered, state.flagged, state.draft) = (true, true, true, true)
        (state.deleted, state.forwarded, state.keywords) = (true, true, ["$label1", "Ärger"])
        try await deliver([Letter(state: state), Letter(text: "2", time: -1), Letter(text: "3", time: nil)])
        let store = try MaildirStore(path: path, layout: nil)
        let inbox = try #require(try await store.hierarchy().folders.first)
        let table = try await store.contents(of: inbox)
        #expect(table.problems.isEmpty)
        let row = try #require(table.rows.first { $0.state.seen })
        #expect(row.state == state)
        #expect(row.deliveryTime == FileTime(unixSeconds: 1_000_000_000))
        #expect(table.rows.contains { $0.deliveryTime == FileTime(unixSeconds: -1) && $0.state == MessageState() })
        #expect(try names("cur").contains { $0.hasSuffix(":2,DFPRSTab") })
    }

    @Test("Delivering twice adds nothing, and leaves every file as it is")
    func idempotence() async throws {
        let letters = [
            Letter(), Letter(), Letter(text: "other"), Letter(folder: ["A"]), Letter(folder: ["A"], time: 5),
        ]
        #expect(try await deliver(letters).allSatisfy { !$0.wasThere })
        let before = try await messages()
        #expect(before.count == 5)
        let files = try names("cur")
        var changed = letters
        changed[0].state.flagged = true
        #expect(try await deliver(changed).allSatisfy(\.wasThere))
        #expect(try await messages() == before)
        #expect(try names("cur") == files)
    }

    @Test("Of equal messages as many are delivered as are missing")
    func missingTwin() async throws {
        try await deliver([Letter(), Letter(), Letter()])
        let first = try #require(try names("cur").first)
        #expect(unlink("\(path)/cur/\(first)") == 0)
        let again = try await deliver([Letter(), Letter(), Letter()])
        #expect(again.map(\.wasThere) == [true, true, false])
        #expect(try names("cur").count == 3)
    }

    @Test("A message that another program delivered is recognised by its bytes, compressed ones too")
    func deliveredByOthers() async throws {
        let tree = try MaildirTree(path)
        try tree.addFile("new/1.other.host", Letter().text)
        let compressed = try CommandRun.run("sh", ["-c", "printf 'packed' | gzip"]).succeeded().output
        try tree.addFile("cur/2.other.host,S=6:2,S", compressed)
        try tree.addFile("cur/3.other.host:2,S", "sixsix")
        let saved = try await deliver([Letter(), Letter(text: "packed"), Letter(text: "sixnew")])
        #expect(saved.map(\.wasThere) == [true, true, false])
    }

    @Test("A file that a crash cut short is not taken for the message, and not touched")
    func cutShort() async throws {
        try await deliver([Letter()])
        let name = try #require(try names("cur").first)
        #expect(truncate("\(path)/cur/\(name)", 3) == 0)
        #expect(try await deliver([Letter()]).map(\.wasThere) == [false])
        #expect(try await messages() == ["INBOX: Sub", "INBOX: \(Letter().text)"])
    }

    @Test("What a run left in tmp does not disturb the next")
    func leftovers() async throws {
        try await deliver([Letter()])
        let name = try #require(try names("cur").first?.split(separator: ":").first.map(String.init))
        #expect(unlink("\(path)/cur/\(name):2,") == 0)
        try "half of".write(toFile: "\(path)/tmp/\(name)", atomically: false, encoding: .utf8)
        #expect(try await deliver([Letter()]).map(\.wasThere) == [false])
        #expect(try await messages() == ["INBOX: \(Letter().text)"])
        #expect(try names("tmp") == [])
    }

    @Test("Produced messages arrive whole, of any size, and only what the last try gave", arguments: [0, 7, 3_000_000])
    func produced(size: Int) async throws {
        let text = String(repeating: "0123456789\n", count: size / 11) + "end"
        let destination = try MaildirDestination(path: path, layout: nil)
        let saved = try await save([Letter(text: text, isProduced: true)], to: destination)
        #expect(saved.map(\.wasThere) == [false])
        try await destination.finish()
        #expect(try await messages() == ["INBOX: \(text)"])
        #expect(try names("tmp") == [])
        var status = stat()
        #expect(stat("\(path)/cur/\(try #require(try names("cur").first))", &status) == 0)
        #expect(status.st_mtim.tv_sec == 1_000_000_000)
        let again = try MaildirDestination(path: path, layout: nil, isDryRun: true)
        #expect(try await save([Letter(text: text)], to: again).map(\.wasThere) == [true])
    }

    @Test("Messages are seen from the checkpoint on, not before")
    func checkpoint() async throws {
        let destination = try MaildirDestination(path: path, layout: nil)
        _ = try await save([Letter(), Letter(folder: ["A"])], to: destination)
        #expect(try names("cur") == [])
        try await destination.checkpoint()
        #expect(try names("cur").count == 1)
        #expect(try names(".A/cur").count == 1)
        _ = try await save([Letter(text: "later")], to: destination)
        await destination.abandon()
        #expect(try names("tmp") == [])
    }

    @Test("Nothing remains of a new Maildir into which nothing was delivered")
    func abandoned() async throws {
        let destination = try MaildirDestination(path: path, layout: nil)
        _ = try await destination.createFolder(NewFolder(parent: nil, name: "A", role: nil))
        await destination.abandon()
        #expect(access(path, F_OK) != 0)
    }

    @Test("A dry run tells what a run would, and writes nothing")
    func dryRun() async throws {
        try await deliver([Letter()])
        let before = try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
        let destination = try MaildirDestination(path: path, layout: nil, isDryRun: true)
        let letters = [Letter(), Letter(), Letter(folder: ["B"], text: "x", isProduced: true)]
        #expect(try await save(letters, to: destination).map(\.wasThere) == [true, false, false])
        try await destination.finish()
        #expect(try FileManager.default.subpathsOfDirectory(atPath: path).sorted() == before)
    }

    @Test("Two runs do not write to one Maildir at once")
    func locked() async throws {
        let first = try MaildirDestination(path: path, layout: nil)
        #expect(throws: StoreError.self) { try MaildirDestination(path: path, layout: nil) }
        do {
            _ = try MaildirDestination(path: path, layout: nil)
        } catch {
            #expect(error.code == .temporary)
        }
        try await first.finish()
    }

    @Test("What is no Maildir, or one of another layout, is not written to")
    func refused() async throws {
        func code(_ path: String, _ layout: MaildirLayout?) -> StoreError.Code? {
            do throws(StoreError) {
                _ = try MaildirDestination(path: path, layout: layout)
                return nil
            } catch {
                return error.code
            }
        }
        try "x".write(toFile: place.path("file"), atomically: false, encoding: .utf8)
        #expect(code(place.path("file"), nil) == .cannotCreate)
        #expect(code(place.path, nil) == .cannotCreate)
        #expect(code(place.path("no/where"), nil) == .cannotCreate)
        try await deliver([Letter(), Letter(folder: ["A"])], layout: .filesystem)
        #expect(code(path, .maildirPlusPlus) == .cannotCreate)
        #expect(code(path, .filesystem) == nil)
    }

    @Test("A folder has letters for 26 keywords; one more is a problem, and the message is delivered")
    func keywords() async throws {
        var letters = (1...27).map { number -> Letter in
            var letter = Letter(text: "\(number)")
            letter.state.keywords = ["k\(number)"]
            return letter
        }
        letters.append(letters[0])
        letters[27].text = "again"
        let saved = try await deliver(letters)
        #expect(saved.map(\.problems.count) == [Int](repeating: 0, count: 26) + [1, 0])
        #expect(try await messages().count == 28)
        let text = try String(contentsOfFile: path + "/dovecot-keywords", encoding: .utf8)
        #expect(text.hasPrefix("0 k1\n1 k2\n"))
        #expect(text.hasSuffix("25 k26\n"))
    }

    @Test("Keywords that a folder has already keep their letters")
    func existingKeywords() async throws {
        let tree = try MaildirTree(path)
        try tree.addFile("dovecot-keywords", "0 old\n3 gap")
        try tree.addFile("cur/1.host:2,ad", "x")
        var letter = Letter()
        letter.state.keywords = ["new", "gap"]
        try await deliver([letter])
        #expect(try String(contentsOfFile: path + "/dovecot-keywords", encoding: .utf8) == "0 old\n3 gap\n1 new\n")
        #expect(try names("cur").contains { $0.hasSuffix(":2,bd") })
    }

    @Test("A name too long for a directory is refused, and says what helps")
    func longName() async throws {
        let destination = try MaildirDestination(path: path, layout: nil)
        await #expect(throws: StoreError.self) {
            try await destination.createFolder(
                NewFolder(parent: nil, name: String(repeating: "ü", count: 100), role: nil))
        }
        await destination.abandon()
    }

    @Test("The names of our own deliveries are told from those of others")
    func deliveryNames() throws {
        let digest = ContentDigest(sha256: Digest.sha256(Array("x".utf8)))
        let name = DeliveryName(seconds: 17, digest: digest, number: 2, size: 3)
        #expect(Array(name.text.utf8).withUnsafeBufferPointer { DeliveryName($0) } == name)
        let hex = digest.hex
        for other in [
            "", ".", "1.R", "17.R\(hex)_2.mailbackup,S=", "17.R\(hex)_0.mailbackup,S=3", "x.R\(hex)_1.mailbackup,S=3",
            "17.R\(hex.dropLast())_1.mailbackup,S=3", "17.R\(hex)_1.host,S=3", "17.M\(hex)_1.mailbackup,S=3",
            "17.R\(hex)1.mailbackup,S=3", "17.R\(hex)_1.mailbackup,S=99999999999999999999",
        ] {
            #expect(Array(other.utf8).withUnsafeBufferPointer { DeliveryName($0) } == nil, "\(other)")
        }
    }
}
