import Glibc
import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@Suite("Journal")
struct JournalTests {
    @Test("A new journal is for its owner only, has a lineage of its own, and keeps it")
    func creation() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/fredb.sqlite"
        let lineage = try Journal.open(at: path).lineage
        #expect(lineage.count == 36)
        #expect(try Journal.open(at: path).lineage == lineage)
        #expect(try Journal.openForReading(at: path).lineage == lineage)
        #expect(try Journal.open(at: directory.path + "/annak.sqlite").lineage != lineage)
        for name in try directory.entries() {
            #expect(try FileMode.of(directory.path + "/" + name) == 0o600, "\(name)")
        }
    }

    @Test("A journal that others could read is for its owner only once it is opened for a run")
    func protection() throws {
        let scene = try JournalScene()
        scene.close()
        #expect(chmod(scene.path, 0o644) == 0)
        try scene.reopen()
        #expect(try FileMode.of(scene.path) == 0o600)
    }

    @Test("What a run records is there for others after the checkpoint, and not before")
    func checkpoints() throws {
        let scene = try JournalScene()
        let reader = try Journal.openForReading(at: scene.path)
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        #expect(try reader.stores().isEmpty)
        #expect(try scene.journal.stores() == [store])
        try scene.checkpoint(run, store, generation: "2")
        #expect(try reader.stores().map(\.generation) == ["2"])
    }

    @Test("A message comes back as it was recorded", arguments: JournalSamples.messages)
    func messages(message: NewJournalMessage) throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        let folder = try scene.addFolder("INBOX", store, run: run)
        let rowID = try scene.journal.insert(message, folder: folder, run: run)
        let found = try #require(try scene.journal.message(folder, message.id))
        #expect(found.rowID == rowID)
        #expect(JournalSamples.spelling(found) == JournalSamples.spelling(message))
        #expect(found.run == run && found.stateRun == run && found.goneRun == nil && found.folder == folder)
        #expect(try scene.journal.messages(folder) == [found])
        let given = try #require(try scene.journal.given(folder).first)
        #expect(given.id == message.id && given.state == message.state && given.location == message.location)
        #expect(given.size == message.size && given.persistentID == message.persistentID)
    }
}
