import Glibc
import MailStore
import TestSupport
import Testing

@testable import Maildir

@Suite("Maildir stores: states and persistent ids of folders")
struct MaildirStateTests {
    let place: TemporaryFolder
    let tree: MaildirTree

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
    }

    /// A clock that stands `seconds` from now.
    private func store(in seconds: Int64) throws -> MaildirStore {
        try MaildirStore(
            path: tree.path, layout: nil, clock: WallClock { WallClock.system.now() + seconds * 1_000_000_000 })
    }

    @Test("Nothing changed: the same states from every run, equal to what the changes end with")
    func sameStates() async throws {
        try tree.addFolder(".A.B")
        try tree.addFile(".A.B/cur/1:2,S", "x")
        let states = try await store(in: 3600).hierarchyWithStates().states
        #expect(states.count == 3)
        #expect(try await store(in: 7200).hierarchyWithStates().states == states)
        for folder in try await store(in: 3600).hierarchy().folders {
            let changes = try await store(in: 3600).changes(in: folder, since: nil, given: [])
            #expect(changes.state == states[folder.id])
        }
    }

    @Test("A folder that changed just now, or in the future, has no state and gets one that equals no other")
    func unbelievable() async throws {
        try tree.addFile("cur/1:2,S", "x")
        for seconds in [0, -3600] as [Int64] {
            let store = try store(in: seconds)
            #expect(try await store.hierarchyWithStates().states.isEmpty)
            let inbox = try await store.folder("INBOX")
            let first = try await store.changes(in: inbox, since: nil, given: [])
            let given = first.new.map { GivenMessage($0) }
            let second = try await store.changes(in: inbox, since: first.state, given: given)
            #expect(second.isEmpty)
            #expect(first.state != second.state)
            #expect(try await self.store(in: 3600).hierarchyWithStates().states[inbox.id] != second.state)
        }
    }

    @Test(
        "A time is believed when it lies more than two seconds in the past",
        arguments: [(2_000_000_001, true), (2_000_000_000, false), (0, false), (-1, false), (-60_000_000_000, false)]
            as [(Int64, Bool)])
    func believableAge(age: Int64, isBelievable: Bool) throws {
        var status = stat()
        #expect(stat(tree.path + "/cur", &status) == 0)
        status.st_mtim = timespec(tv_sec: 1_000, tv_nsec: 5)
        status.st_ctim = timespec(tv_sec: 2_000, tv_nsec: 7)
        let changed = status.st_ctim.nanoseconds
        #expect(FileStamp(status).isPast(at: changed + age, by: MaildirLimits.believableAge) == isBelievable)
    }

    @Test("Times at the ends of what a file system can have are no trap")
    func extremeTimes() {
        for seconds in [Int.min, Int.max] {
            var status = stat()
            status.st_mtim = timespec(tv_sec: seconds, tv_nsec: 999_999_999)
            status.st_ctim = status.st_mtim
            for now in [Int64.min, 0, .max] {
                let isPast = FileStamp(status).isPast(at: now, by: MaildirLimits.believableAge)
                #expect(isPast == (seconds == Int.min && now > Int64.min))
            }
        }
    }

    @Test(
        "Whatever changes in a folder changes its state, and only its own",
        arguments: ["deliver", "flag", "remove", "keywords", "new keyword file", "courier"])
    func otherState(change: String) async throws {
        for folder in ["", ".A/"] {
            if !folder.isEmpty { try tree.addFolder(".A") }
            try tree.addFile(folder + "cur/1:2,S", "x")
            try tree.addFile(folder + "cur/2:2,S", "x")
        }
        try tree.addFile(".A/dovecot-keywords", "0 Zero\n")
        let before = try await store(in: 3600).hierarchyWithStates().states
        switch change {
        case "deliver": try tree.addFile(".A/new/3", "x")
        case "flag": try tree.rename(".A/cur/1:2,S", ".A/cur/1:2,RS")
        case "remove": try tree.remove(".A/cur/2:2,S")
        case "keywords": try tree.addFile(".A/dovecot-keywords", "0 Zero\n1 One\n", time: 2_000_000)
        case "new keyword file": try tree.remove(".A/dovecot-keywords")
        default: try tree.addDirectory(".A/courierimapkeywords")
        }
        // The directories get times of their own, whatever the file system's clock.
        for name in ["cur", "new"] {
            let isConcerned = ["flag": "cur", "remove": "cur", "deliver": "new"][change] == name
            guard isConcerned else { continue }
            let moment = timespec(tv_sec: 5_000_000, tv_nsec: 0)
            #expect(utimensat(AT_FDCWD, "\(tree.path)/.A/\(name)", [moment, moment], 0) == 0)
        }
        let after = try await store(in: 3600).hierarchyWithStates().states
        let ids = Set(before.keys).filter { before[$0] != after[$0] }
        #expect(ids.map(\.rawValue) == [".A"])
        #expect(after.count == before.count)
    }

    private func persistentIDs() async throws -> [String: String] {
        var ids: [String: String] = [:]
        for folder in try await store(in: 0).hierarchy().folders {
            ids[folder.path.description] = folder.persistentID
        }
        return ids
    }

    private static let guid = "0123456789abcdef0123456789abcdef"

    @Test("A folder keeps its persistent id when it is renamed")
    func renamed() async throws {
        try tree.addFolder(".A.B")
        try tree.addFolder(".C")
        try tree.addFile(".C/dovecot-uidlist", "3 V1700000000 N17 G\(Self.guid)\n1 :x\n")
        let before = try await persistentIDs()
        #expect(before["C"] == "dovecot:" + Self.guid)
        #expect(before["A"] == nil)
        #expect(Set(before.values).count == 3)
        try tree.rename(".A.B", ".D")
        try tree.rename(".C", ".E")
        let after = try await persistentIDs()
        #expect(after["D"] == before["A/B"])
        #expect(after["E"] == before["C"])
        #expect(after["INBOX"] == before["INBOX"])
    }

    @Test("A folder copied with Dovecot's files is not taken for the one it was copied from")
    func copiedGUID() async throws {
        for name in [".A", ".B"] {
            try tree.addFolder(name)
            try tree.addFile(name + "/dovecot-uidlist", "3 V1 N2 G\(Self.guid)\n")
        }
        let ids = try await persistentIDs()
        #expect(ids["A"] != ids["B"])
        #expect(ids.values.allSatisfy { $0.hasPrefix("directory:") })
    }

    @Test(
        "What is no header with a GUID gives the directory",
        arguments: [
            "", "1 1700000000 17\n", "3 V1 N2\n", "3 V1 N2 G\n", "3 V1 N2 G0123\n", "3 V1 N2 G\(Self.guid)",
            "3 V1 N2 G\(Self.guid.uppercased())\n", "3 V1\nN2 G\(Self.guid)\n", "\n\n",
        ])
    func noGUID(header: String) async throws {
        try tree.addFile("dovecot-uidlist", header)
        #expect(try await persistentIDs()["INBOX"]?.hasPrefix("directory:") == true)
    }
}
