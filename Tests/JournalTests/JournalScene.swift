import Foundation
import Journal
import MAPI
import MailStore
import TestSupport
import Testing

/// A journal in a directory of its own, and the steps that most tests take.
final class JournalScene {
    let directory: TemporaryDirectory
    let path: String
    private var opened: Journal?
    static let source = "maildir:/var/mail/fredb"

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path + "/fredb.sqlite"
        opened = try Journal.open(at: path)
    }

    var journal: Journal {
        get throws { try #require(opened) }
    }

    /// Another run opens the journal after this one.
    func reopen() throws {
        opened = nil
        opened = try Journal.open(at: path)
    }

    /// The run ends, and the journal is closed.
    func close() {
        opened = nil
    }

    func begin(_ kind: JournalRun.Kind = .full, store: Int64? = nil, since: Int? = nil) throws -> Int {
        try journal.begin(
            RunIntention(
                source: Self.source, destination: "fredb.pst", store: store, kind: kind, since: since,
                started: FileTime(unixSeconds: 1_764_000_000)))
    }

    func addStore(_ key: String = "A1", kind: JournalStore.Kind = .base, since: Int? = nil, run: Int) throws
        -> JournalStore
    {
        try journal.addStore(
            StoreIdentity(store: key, generation: "1"), path: "/backups/\(key).pst", kind: kind, since: since, run: run)
    }

    func addFolder(_ name: String, _ store: JournalStore, run: Int) throws -> Int64 {
        try journal.insert(
            NewJournalFolder(
                folder: FolderID(rawValue: name), persistentID: "p-" + name,
                path: FolderPath(name.split(separator: ".").map(String.init)),
                destination: FolderID(rawValue: "8034")),
            store: store.id, source: Self.source, run: run)
    }

    func checkpoint(_ run: Int, _ store: JournalStore, generation: String = "2", counts: RunCounts = [:]) throws {
        try journal.checkpoint(
            run: run, store: store.id, generation: generation, counts: counts,
            at: FileTime(unixSeconds: 1_764_000_060))
    }

    func finish(_ run: Int, _ status: JournalRun.Status = .complete, counts: RunCounts = [:]) throws {
        try journal.finish(
            run: run, RunResult(status: status, counts: counts, finished: FileTime(unixSeconds: 1_764_000_120)))
    }

    func folder(_ id: Int64, of store: JournalStore) throws -> JournalFolder? {
        try journal.folders(of: store.id, source: Self.source).first { $0.id == id }
    }

    static func message(
        _ id: String, persistentID: String? = nil, digest: [UInt8]? = nil, state: MessageState = MessageState()
    ) -> NewJournalMessage {
        NewJournalMessage(
            id: MessageID(rawValue: id), persistentID: persistentID, digest: digest, size: 2_345, state: state,
            location: "cur:2,", destination: MessageID(rawValue: "2097188"))
    }
}

enum FileMode {
    /// Permission bits.
    static func of(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? Int) ?? -1
    }
}
