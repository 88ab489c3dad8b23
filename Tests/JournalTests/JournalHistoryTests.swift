import Foundation
import MAPI
import MailStore
import TestSupport
import Testing

@testable import Journal

/// Random histories: what the journal holds must equal a model of it, after every step, after every kind of end.
@Suite("Journal: random histories")
struct JournalHistoryTests {
    @Test(
        "Whatever happens, the journal holds what was recorded, and after a crash the last checkpoint",
        arguments: 0..<24)
    func histories(number: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var history = try History(seed: seed)
        for step in 0..<120 {
            let event = try history.step()
            let found = try history.found()
            try #require(found == history.model, "seed \(seed), step \(step): \(event)")
        }
        try history.scene.journal.check()
    }
}

private struct History {
    let scene: JournalScene
    let store: JournalStore
    var model = JournalModel()
    private var committed = JournalModel()
    private var generator: SeededGenerator
    private var run: Int
    private var serial = 0
    private var usedIDs: Set<String> = []

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        scene = try JournalScene()
        run = try scene.begin()
        store = try scene.addStore(run: run)
        try scene.checkpoint(run, store, generation: "1")
        committed = model
    }

    func found() throws -> JournalModel {
        let journal = try scene.journal
        for folder in try journal.folders(of: store.id, source: JournalScene.source) {
            let messages = try journal.messages(folder.id)
            let present = messages.filter { $0.goneRun == nil }
            #expect(folder.messageCount == present.count && folder.goneCount == messages.count - present.count)
            #expect(try journal.given(folder.id).map(\.id) == present.map(\.id))
        }
        return try JournalModel(journal, store: store.id, attempts: model.lastAttempts)
    }

    private mutating func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

    private mutating func randomFolder() -> Int64? { model.folders.keys.sorted().randomElement(using: &generator) }

    private mutating func randomMessage() -> (folder: Int64, index: Int, rowID: MessageRowID)? {
        guard let folder = randomFolder(), let count = model.folders[folder]?.messages.count, count > 0 else {
            return nil
        }
        let index = random(0..<count)
        guard let row = try? scene.journal.messages(folder)[index].rowID else { return nil }
        return (folder, index, row)
    }

    private mutating func randomState() -> MessageState {
        JournalSamples.states.randomElement(using: &generator) ?? MessageState()
    }

    private mutating func newMessage() -> NewJournalMessage {
        // "1" and 2 make the same text as "" and 12.
        var id = ""
        repeat {
            serial += 1
            id = "\(JournalSamples.texts.randomElement(using: &generator) ?? "")\(serial)"
        } while !usedIDs.insert(id).inserted
        let persistentID = [nil, id, "E\(serial)", "7"].randomElement(using: &generator) ?? nil
        let digest = [nil, [UInt8](repeating: UInt8(random(0..<4)), count: 32)].randomElement(using: &generator) ?? nil
        return NewJournalMessage(
            id: MessageID(rawValue: id), persistentID: persistentID, digest: digest, size: 2_345,
            state: randomState(), location: "cur:\(serial)", destination: MessageID(rawValue: "\(serial)"))
    }

    private func recorded(_ message: NewJournalMessage) -> JournalModel.Message {
        JournalModel.Message(
            id: message.id.rawValue, persistentID: message.persistentID, digest: message.digest, state: message.state,
            location: message.location, destination: message.destination.rawValue, run: run, stateRun: run)
    }

    mutating func step() throws -> String {
        switch random(0..<20) {
        case 0: return try addFolder()
        case 1...5: return try insert()
        case 6, 7: return try setState()
        case 8, 9: return try toggleGone()
        case 10: return try move()
        case 11: return try renumber()
        case 12: return try delete()
        case 13: return try fail()
        case 14: return try changeFolder()
        case 15, 16: return try checkpoint()
        case 17: return try rollback()
        case 18: return try crash()
        default: return try nextRun()
        }
    }
}

// MARK: What is recorded

extension History {
    private mutating func addFolder() throws -> String {
        serial += 1
        let id = try scene.addFolder("F\(serial)", store, run: run)
        model.folders[id] = JournalModel.Folder(name: "F\(serial)")
        return "add folder"
    }

    private mutating func insert() throws -> String {
        guard let folder = randomFolder() else { return "-" }
        let messages = (0..<random(1..<6)).map { _ in newMessage() }
        if messages.count == 1 {
            try scene.journal.insert(messages[0], folder: folder, run: run)
        } else {
            try scene.journal.insert(messages, folder: folder, run: run)
        }
        let added = messages.map { recorded($0) }
        model.folders[folder]?.messages += added
        return "insert"
    }

    private mutating func setState() throws -> String {
        guard let (folder, index, rowID) = randomMessage() else { return "-" }
        let state = randomState()
        try scene.journal.setState(of: rowID, state, location: "new", run: run)
        model.folders[folder]?.messages[index].state = state
        model.folders[folder]?.messages[index].location = "new"
        model.folders[folder]?.messages[index].stateRun = run
        return "set state"
    }

    private mutating func toggleGone() throws -> String {
        guard let (folder, index, rowID) = randomMessage() else { return "-" }
        guard let message = model.folders[folder]?.messages[index], message.goneRun != nil else {
            try scene.journal.markGone(rowID, run: run)
            model.folders[folder]?.messages[index].goneRun = run
            return "gone"
        }
        // One that is back is moved to where it is.
        var new = newMessage()
        new.digest = message.digest
        _ = try scene.journal.move(rowID, to: folder, as: new, run: run)
        model.folders[folder]?.messages.remove(at: index)
        let back = recorded(new)
        model.folders[folder]?.messages.append(back)
        return "gone"
    }

    private mutating func move() throws -> String {
        guard let (folder, index, rowID) = randomMessage(), let target = randomFolder(),
            let old = model.folders[folder]?.messages[index]
        else { return "-" }
        var new = newMessage()
        new.digest = old.digest
        new.destination = MessageID(rawValue: old.destination)
        _ = try scene.journal.move(rowID, to: target, as: new, run: run)
        model.folders[folder]?.messages.remove(at: index)
        let moved = recorded(new)
        model.folders[target]?.messages.append(moved)
        return "move"
    }

    /// Every message gets the id of its neighbour.
    private mutating func renumber() throws -> String {
        guard let folder = randomFolder(), let messages = model.folders[folder]?.messages, messages.count > 1 else {
            return "-"
        }
        let rows = try scene.journal.messages(folder).map(\.rowID)
        var changes: [(rowID: MessageRowID, row: ContentsRow)] = []
        for (index, rowID) in rows.enumerated() {
            let id = messages[(index + 1) % messages.count].id
            changes.append(
                (
                    rowID,
                    ContentsRow(
                        id: MessageID(rawValue: id), state: MessageState(), deliveryTime: nil, size: 0, location: "r",
                        persistentID: "p")
                ))
            model.folders[folder]?.messages[index].id = id
            model.folders[folder]?.messages[index].persistentID = "p"
            model.folders[folder]?.messages[index].location = "r"
        }
        try scene.journal.renumber(changes, run: run)
        return "renumber"
    }

    private mutating func delete() throws -> String {
        guard let (folder, index, rowID) = randomMessage() else { return "-" }
        try scene.journal.delete(rowID, run: run)
        model.folders[folder]?.messages.remove(at: index)
        return "delete"
    }

    private mutating func fail() throws -> String {
        guard let folder = randomFolder() else { return "-" }
        let id = "failed\(random(0..<3))"
        let key = "\(folder) \(id)"
        let isNew = model.folders[folder]?.failures[id] == nil
        try scene.journal.recordFailure(of: MessageID(rawValue: id), in: folder, text: "x", run: run)
        if isNew {
            model.folders[folder]?.failures[id] = 1
        } else if model.lastAttempts[key] != run {
            model.folders[folder]?.failures[id, default: 0] += 1
        }
        model.lastAttempts[key] = run
        if random(0..<3) == 0 {
            try scene.journal.removeFailure(of: MessageID(rawValue: id), in: folder)
            model.folders[folder]?.failures[id] = nil
        }
        return "failure"
    }

    private mutating func changeFolder() throws -> String {
        guard let folder = randomFolder() else { return "-" }
        if random(0..<6) == 0 {
            try scene.journal.deleteFolder(folder)
            model.folders[folder] = nil
            return "delete folder"
        }
        serial += 1
        try scene.journal.setState(of: folder, SynchronizationState(rawValue: "s\(serial)"), run: run)
        try scene.journal.setPlace(
            of: folder, id: FolderID(rawValue: "R\(serial)"), persistentID: nil, path: FolderPath(["R"]))
        model.folders[folder]?.state = "s\(serial)"
        model.folders[folder]?.name = "R\(serial)"
        return "change folder"
    }
}

// MARK: What ends it

extension History {
    private mutating func checkpoint() throws -> String {
        serial += 1
        model.generation = "\(serial)"
        try scene.checkpoint(run, store, generation: model.generation)
        committed = model
        return "checkpoint"
    }

    private mutating func rollback() throws -> String {
        try scene.journal.rollback()
        model = committed
        return "rollback"
    }

    /// The files as they lie there, at some moment of a run, are what the next start finds.
    private mutating func crash() throws -> String {
        let copy = scene.directory.path + "/crashed.sqlite"
        for suffix in ["", "-wal"] {
            try? FileManager.default.removeItem(atPath: copy + suffix)
            if FileManager.default.fileExists(atPath: scene.path + suffix) {
                try FileManager.default.copyItem(atPath: scene.path + suffix, toPath: copy + suffix)
            }
        }
        let crashed = try Journal.open(at: copy)
        let found = try JournalModel(crashed, store: store.id, attempts: committed.lastAttempts)
        #expect(found == committed)
        try crashed.check()
        return "crash"
    }

    /// The run ends, or breaks off; another begins.
    private mutating func nextRun() throws -> String {
        if random(0..<2) == 0 {
            try scene.finish(run)
        } else {
            try scene.reopen()
        }
        model = committed
        run = try scene.begin(.update, store: store.id)
        return "next run"
    }
}
