import Foundation
import Journal
import MailStore
import TestSupport
import Testing

@Suite("Journal: one run at a time")
struct JournalLockTests {
    @Test("The second run is told who has the journal since when, and to try again")
    func second() throws {
        let scene = try JournalScene()
        let error = try #require(throws: StoreError.self) { _ = try Journal.open(at: scene.path) }
        #expect(error.code == .temporary)
        let pattern = /.*fredb\.sqlite: the journal is in use by process (\d+) since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/
        let match = try #require(error.message.wholeMatch(of: pattern), "\(error.message)")
        #expect(match.output.1 == "\(ProcessInfo.processInfo.processIdentifier)")
        #expect(try scene.journal.status().holder?.hasPrefix("process \(match.output.1) since ") == true)
    }

    @Test("Another process has it until it ends, however it ends")
    func otherProcess() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/fredb.sqlite"
        try Journal.open(at: path).rollback()
        let program = """
            import fcntl, os, sys
            lock = open(sys.argv[1] + ".lock", "r+")
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write("process %d since 2025-11-25 01:00:00 UTC\\n" % os.getpid())
            lock.flush()
            print(os.getpid(), flush=True)
            sys.stdin.read()
            """
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program, path]
        process.standardInput = Pipe()
        process.standardOutput = output
        try process.run()
        _ = output.fileHandleForReading.availableData
        let error = try #require(throws: StoreError.self) { _ = try Journal.open(at: path) }
        #expect(error.code == .temporary)
        let holder = "process \(process.processIdentifier) since 2025-11-25 01:00:00 UTC"
        #expect(error.message.hasSuffix("in use by \(holder)"))
        #expect(try Journal.openForReading(at: path).status().holder == holder)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try Journal.openForReading(at: path).status().holder == nil)
        #expect(try Journal.open(at: path).stores().isEmpty)
    }

    @Test("Other processes find the lock taken while a run has the journal, and free afterwards")
    func seenByOthers() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/fredb.sqlite"
        let probe = "import fcntl, sys; fcntl.flock(open(sys.argv[1] + '.lock', 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        var journal: Journal? = try Journal.open(at: path)
        #expect(try CommandRun.run("python3", ["-c", probe, path]).status == 1)
        #expect(try journal?.stores().isEmpty == true)
        journal = nil
        #expect(try CommandRun.run("python3", ["-c", probe, path]).status == 0)
    }

    @Test("A status is read while a run writes, and hinders no run")
    func readers() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        let reader = try Journal.openForReading(at: scene.path)
        #expect(try reader.status().runs.map(\.number) == [run])
        #expect(try reader.status().stores.isEmpty)
        try scene.checkpoint(run, store)
        #expect(try reader.status().stores.map(\.store.key) == ["A1"])
        let error = try #require(throws: StoreError.self) { try reader.setPath("x", of: store.id) }
        #expect(error.code == .configuration)
    }
}
