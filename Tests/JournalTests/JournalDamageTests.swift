import Foundation
import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@Suite("Journal: files that are damaged, foreign or newer")
struct JournalDamageTests {
    /// A journal with some hundred messages, closed: one file.
    private static func made(_ scene: JournalScene) throws -> Data {
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        for name in ["INBOX", "Sent"] {
            let folder = try scene.addFolder(name, store, run: run)
            let messages = (1...300).map { number in
                JournalScene.message(
                    "17640000\(number).M1P2.mail", persistentID: "E\(number)",
                    digest: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 32))
            }
            try scene.journal.insert(messages, folder: folder, run: run)
            try scene.journal.recordFailure(of: MessageID(rawValue: "x"), in: folder, text: "x", run: run)
        }
        try scene.checkpoint(run, store, counts: ["saved": 600])
        try scene.finish(run, counts: ["saved": 600])
        scene.close()
        return try Data(contentsOf: URL(fileURLWithPath: scene.path))
    }

    /// Reads all that can be read.
    private static func readAll(_ journal: Journal) throws(StoreError) {
        _ = try journal.status()
        for store in try journal.stores() {
            for folder in try journal.folders(of: store.id, source: JournalScene.source) {
                _ = try journal.given(folder.id)
                _ = try journal.messages(folder.id)
                _ = try journal.failures(folder.id)
                _ = try journal.given(source: JournalScene.source, folder: folder.folder, asOf: 9)
            }
        }
        for run in try journal.runs(last: 10) { _ = try journal.problems(of: run.number) }
        _ = try journal.goneMessages(digest: [UInt8](repeating: 7, count: 32), store: 1)
        _ = try journal.folders(source: JournalScene.source, asOf: 9)
        try journal.check()
    }

    @Test("A journal that was cut off is refused, with the file's name and what to do")
    func truncated() throws {
        let scene = try JournalScene()
        let whole = try Self.made(scene)
        for cut in stride(from: 1, to: whole.count, by: 3_000) {
            try whole.prefix(cut).write(to: URL(fileURLWithPath: scene.path))
            let error = try #require(throws: StoreError.self, "\(cut)") { _ = try Journal.open(at: scene.path) }
            #expect(error.code == .badData, "\(cut): \(error)")
            #expect(error.message.contains("fredb.sqlite") && error.message.contains("move it away"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: scene.path)) == whole.prefix(cut), "it is not touched")
        }
    }

    @Test("Whatever bytes are changed, reading ends with an error or without one, and nothing worse")
    func garbled() throws {
        let scene = try JournalScene()
        let whole = try Self.made(scene)
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var refused = 0
        for round in 0..<200 {
            var copy = whole
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                copy[Int.random(in: 0..<copy.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            try copy.write(to: URL(fileURLWithPath: scene.path))
            do throws(StoreError) {
                try Self.readAll(try Journal.open(at: scene.path))
            } catch {
                refused += 1
                #expect(
                    error.code == .badData || error.code == .configuration || error.code == .cannotCreate,
                    "seed \(seed), round \(round): \(error)")
            }
        }
        #expect(refused > 100, "seed \(seed)")
    }

    @Test("What is no journal is refused and not touched", arguments: ["note", "text", "database", "directory"])
    func foreign(kind: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/fredb.sqlite"
        switch kind {
        case "note": try Data("milk, bread\n".utf8).write(to: URL(fileURLWithPath: path))
        case "text": try Data(repeating: 65, count: 10_000).write(to: URL(fileURLWithPath: path))
        case "database":
            let program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE t (x)')"
            _ = try CommandRun.run("python3", ["-c", program, path]).succeeded()
        default: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        let before = try? Data(contentsOf: URL(fileURLWithPath: path))
        let error = try #require(throws: StoreError.self) { _ = try Journal.open(at: path) }
        #expect(error.code == (kind == "directory" ? .cannotCreate : .badData))
        #expect(throws: StoreError.self) { _ = try Journal.openForReading(at: path) }
        #expect((try? Data(contentsOf: URL(fileURLWithPath: path))) == before)
    }

    @Test("A journal that a newer version wrote is refused as a matter of configuration, and not touched")
    func newer() throws {
        let scene = try JournalScene()
        _ = try Self.made(scene)
        let program = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1])
            db.execute("INSERT INTO grdb_migrations VALUES ('99 future')")
            db.commit()
            db.close()
            """
        _ = try CommandRun.run("python3", ["-c", program, scene.path]).succeeded()
        let before = try Data(contentsOf: URL(fileURLWithPath: scene.path))
        for isRun in [true, false] {
            let error = try #require(throws: StoreError.self) {
                _ = isRun ? try Journal.open(at: scene.path) : try Journal.openForReading(at: scene.path)
            }
            #expect(error.code == .configuration && error.message.contains("newer version"))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scene.path)) == before)
    }

    @Test("An empty file becomes a journal; reading needs one that is there")
    func empty() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/fredb.sqlite"
        var error = try #require(throws: StoreError.self) { _ = try Journal.openForReading(at: path) }
        #expect(error.code == .noInput)
        try Data().write(to: URL(fileURLWithPath: path))
        error = try #require(throws: StoreError.self) { _ = try Journal.openForReading(at: path) }
        #expect(error.code == .noInput)
        #expect(try Journal.open(at: path).stores().isEmpty)
        #expect(try FileMode.of(path) == 0o600)
        error = try #require(throws: StoreError.self) { _ = try Journal.open(at: directory.path + "/no/fredb.sqlite") }
        #expect(error.code == .cannotCreate)
    }

    @Test("A check finds counts that do not agree")
    func counts() throws {
        let scene = try JournalScene()
        _ = try Self.made(scene)
        let program = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1])
            db.execute("UPDATE folder SET messageCount = 299 WHERE folderID = 'Sent'")
            db.commit()
            """
        _ = try CommandRun.run("python3", ["-c", program, scene.path]).succeeded()
        let error = try #require(throws: StoreError.self) { try Journal.open(at: scene.path).check() }
        #expect(error.code == .badData && error.message.contains("counts of folder 2"))
    }
}
