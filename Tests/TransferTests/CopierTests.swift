import MailStore
import Synchronization
import TestSupport
import Testing

@testable import Transfer

/// Keeps what it is told.
final class RecordingReporter: Reporter {
    private let recorded = Mutex<[TransferEvent]>([])
    private let hook: @Sendable (TransferEvent) -> Void

    init(hook: @escaping @Sendable (TransferEvent) -> Void = { _ in }) {
        self.hook = hook
    }

    func report(_ event: TransferEvent) {
        recorded.withLock { $0.append(event) }
        hook(event)
    }

    var events: [TransferEvent] { recorded.withLock { $0 } }

    var problems: [TransferProblem] {
        events.compactMap { if case .problem(let problem) = $0 { problem } else { nil } }
    }

    var folders: [(path: String, counts: TransferCounts)] {
        events.compactMap {
            if case .folder(let folder, let counts) = $0 { (folder.path.description, counts) } else { nil }
        }
    }
}

@Suite("Copying")
struct CopierTests {
    private let reporter = RecordingReporter()

    private func copy(
        _ source: ScriptedStore, to destination: MemoryMessageStore = MemoryMessageStore(),
        selection: FolderSelection = FolderSelection(), change: (inout TransferOptions) -> Void = { _ in }
    ) async -> TransferResult {
        var options = TransferOptions()
        change(&options)
        return await Copier(
            from: source, to: destination, selection: Selection(folders: selection), options: options,
            reporter: reporter
        )
        .run()
    }

    private func ids(_ destination: MemoryMessageStore) async -> [String] {
        await destination.saved.map(\.row.id.rawValue)
    }

    @Test("Every folder and message arrives, in the source's order, and the store is finished")
    func everything() async throws {
        let source = ScriptedStore(
            ["INBOX": [10, 20], "A": [], "A/B": [1], "Sent": [5]], roles: ["INBOX": .inbox, "Sent": .sent])
        let destination = MemoryMessageStore()
        let result = await copy(source, to: destination)
        #expect(result.failure == nil)
        #expect(await ids(destination) == ["INBOX:1", "INBOX:2", "A/B:1", "Sent:1"])
        #expect(await destination.saved.map(\.folder.rawValue) == ["INBOX", "INBOX", "A/B", "Sent"])
        #expect(await destination.saved.allSatisfy { String(decoding: $0.bytes, as: UTF8.self) == $0.row.id.rawValue })
        #expect(await destination.folders.map(\.id.rawValue) == ["INBOX", "A", "A/B", "Sent"])
        #expect(await destination.folders.map(\.role) == [.inbox, nil, nil, .sent])
        #expect(await destination.isFinished)
        var counts = TransferCounts()
        (counts.folders, counts.listed, counts.saved, counts.bytes) = (4, 4, 4, 36)
        #expect(result.counts == counts)
        #expect(reporter.folders.map(\.path) == ["INBOX", "A", "A/B", "Sent"])
        #expect(reporter.folders.map(\.counts.saved) == [2, 0, 1, 1])
        #expect(reporter.folders.map(\.counts.bytes) == [30, 0, 1, 5])
    }

    @Test("The outcome is the same however many jobs there are", arguments: [1, 2, 3, 16])
    func jobs(count: Int) async throws {
        let sizes = (0..<500).map { $0 * 7919 % 5000 + ($0 % 97 == 0 ? 3 << 20 : 0) }
        let source = ScriptedStore(["INBOX": sizes, "B": Array(sizes.prefix(130))])
        let destination = MemoryMessageStore()
        let result = await copy(source, to: destination) { $0.jobs = count }
        #expect(result.failure == nil)
        let expected = (1...500).map { "INBOX:\($0)" } + (1...130).map { "B:\($0)" }
        #expect(await ids(destination) == expected)
    }

    @Test(
        "Messages on their way stay within the bound, a larger one travels alone",
        arguments: [[100, 100, 100], [100, 5000, 100, 100], [5000, 5000], [1, 2, 3, 4, 5, 6, 7, 8]])
    func bytesInFlight(sizes: [Int]) async throws {
        let bound = 300
        let inFlight = Mutex((now: 0, worst: 0, worstCompany: 0))
        var source = ScriptedStore(["INBOX": sizes])
        source.opening = { id in
            let size = sizes[(Int(id.rawValue.split(separator: ":")[1]) ?? 1) - 1]
            inFlight.withLock { state in
                state.now += size
                state.worst = max(state.worst, state.now)
                if state.now > bound { state.worstCompany = max(state.worstCompany, state.now - size) }
            }
        }
        let saved = Mutex(0)
        let destination = MemoryMessageStore(saving: { index in
            inFlight.withLock { $0.now -= sizes[index] }
            saved.withLock { $0 += 1 }
        })
        _ = await copy(source, to: destination) { options in
            options.jobs = 8
            options.limits.batchMessages = 1
            options.limits.bytesInFlight = bound
        }
        #expect(saved.withLock { $0 } == sizes.count)
        let worst = inFlight.withLock { $0 }
        #expect(worst.worst <= max(bound, sizes.max() ?? 0))
        #expect(worst.worstCompany == 0)
    }

    @Test("A vanished message is told, counted, and no error")
    func vanished() async throws {
        var source = ScriptedStore(["INBOX": [1, 2, 3]])
        source.failures[MessageID(rawValue: "INBOX:2")] = StoreError(.vanished, "gone")
        let destination = MemoryMessageStore()
        let result = await copy(source, to: destination)
        #expect(result.failure == nil)
        #expect(await ids(destination) == ["INBOX:1", "INBOX:3"])
        #expect(result.counts.vanished == 1)
        #expect(result.counts.problems == 0)
        #expect(result.counts.agree)
        #expect(reporter.problems.map(\.severity) == [.notice])
        #expect(reporter.problems.map(\.error.messageID?.rawValue) == ["INBOX:2"])
    }

    @Test(
        "A message that cannot be read or stored is listed as a problem, and the rest arrives",
        arguments: ["open", "prepare", "save"])
    func failed(place: String) async throws {
        let failure = StoreError(.badData, "broken")
        var source = ScriptedStore(["INBOX": [1, 2, 3]])
        if place == "open" { source.failures[MessageID(rawValue: "INBOX:2")] = failure }
        let hasFailed = Mutex(false)
        let destination = MemoryMessageStore(
            refusal: { place == "prepare" && $0.row.id.rawValue == "INBOX:2" ? failure : nil },
            saving: { index throws(StoreError) in
                guard place == "save", index == 1 else { return }
                let isFirst = hasFailed.withLock { failed in
                    defer { failed = true }
                    return !failed
                }
                if isFirst { throw failure }
            })
        let result = await copy(source, to: destination)
        #expect(result.failure == nil)
        #expect(await ids(destination) == ["INBOX:1", "INBOX:3"])
        #expect(result.counts.failed == 1)
        #expect(result.counts.problems == 1)
        #expect(result.counts.agree)
        #expect(reporter.problems.map(\.error.messageID?.rawValue) == ["INBOX:2"])
        #expect(reporter.problems.map(\.error.folder?.names) == [["INBOX"]])
        #expect(await destination.isFinished)
    }

    @Test("A message stored in spite of problems is saved, and each problem listed")
    func problems() async throws {
        var source = ScriptedStore(["INBOX": [1, 2]])
        source.messageProblems[MessageID(rawValue: "INBOX:1")] = ["kept compressed"]
        let destination = MemoryMessageStore(problems: { _ in ["no boundary"] })
        let result = await copy(source, to: destination)
        #expect(result.counts.saved == 2)
        #expect(result.counts.problems == 3)
        #expect(reporter.problems.map(\.error.message) == ["kept compressed", "no boundary", "no boundary"])
        #expect(reporter.folders.map(\.counts.problems) == [3])
    }

    @Test("A folder that cannot be read is a problem, one that has gone is told, and both are not copied")
    func unreadableFolders() async throws {
        var source = ScriptedStore(["INBOX": [1], "A": [1], "B": [1], "C": [1]])
        source.listingFailures[FolderID(rawValue: "A")] = StoreError(.accessDenied, "no")
        source.listingFailures[FolderID(rawValue: "B")] = StoreError(.vanished, "gone")
        source.problems = [StoreError(.accessDenied, "D: cannot list folders")]
        source.tables[FolderID(rawValue: "C")]?.problems = [StoreError(.badData, "x: not a regular file")]
        let destination = MemoryMessageStore()
        let result = await copy(source, to: destination)
        #expect(result.failure == nil)
        #expect(await ids(destination) == ["INBOX:1", "C:1"])
        #expect(await destination.folders.map(\.id.rawValue) == ["INBOX", "C"])
        #expect(result.counts.problems == 3)
        #expect(reporter.problems.map(\.severity) == [.problem, .problem, .notice, .problem])
        #expect(reporter.problems.map(\.error.folder?.names) == [nil, ["A"], ["B"], nil])
    }

    @Test("A folder the destination cannot hold counts its messages as failed")
    func refusedFolder() async throws {
        let destination = MemoryMessageStore(creating: { folder throws(StoreError) in
            if folder.name == "A" { throw StoreError(.badData, "no such name") }
        })
        let result = await copy(ScriptedStore(["A": [1, 2], "B": [1]]), to: destination)
        #expect(result.failure == nil)
        #expect(result.counts.failed == 2)
        #expect(result.counts.problems == 1)
        #expect(result.counts.agree)
        #expect(await ids(destination) == ["B:1"])
    }

    @Test("A destination that cannot go on ends the run, and is abandoned", arguments: ["save", "folder", "finish"])
    func destinationFails(place: String) async throws {
        let destination = MemoryMessageStore(
            saving: { index throws(StoreError) in
                if place == "save" && index == 100 { throw StoreError(.inputOutput, "No space left on device") }
            },
            creating: { folder throws(StoreError) in
                if place == "folder" && folder.name == "B" { throw StoreError(.inputOutput, "No space left on device") }
            },
            finishing: { () throws(StoreError) in
                if place == "finish" { throw StoreError(.inputOutput, "No space left on device") }
            })
        let source = ScriptedStore(["INBOX": [Int](repeating: 1, count: 300), "B": [1]])
        let result = await copy(source, to: destination)
        #expect(result.failure?.code == .inputOutput)
        #expect(await destination.isAbandoned)
        #expect(await !destination.isFinished)
        #expect(await destination.saved.count == ["save": 100, "folder": 300, "finish": 301][place])
    }

    @Test("Only selected folders are copied, with the folders above them as empty ones")
    func selection() async throws {
        let source = ScriptedStore(["INBOX": [1], "A": [1, 2], "A/B": [1], "C": [1]])
        let destination = MemoryMessageStore()
        let selection = FolderSelection(included: [try FolderPattern("A/*"), try FolderPattern("nothing")])
        let result = await copy(source, to: destination, selection: selection)
        #expect(await destination.folders.map(\.id.rawValue) == ["A", "A/B"])
        #expect(await ids(destination) == ["A/B:1"])
        #expect(result.counts.folders == 1)
        #expect(reporter.problems.map(\.error.message) == ["no folder matches 'nothing'"])
    }

    @Test("A selection of no folder is an error, and leaves nothing")
    func nothingSelected() async throws {
        let destination = MemoryMessageStore()
        let selection = FolderSelection(included: [try FolderPattern("nothing")])
        let result = await copy(ScriptedStore(["INBOX": [1]]), to: destination, selection: selection)
        #expect(result.failure?.code == .noInput)
        #expect(await destination.isAbandoned)
    }

    @Test("A store without folders is copied as it is, unless some folder is asked for")
    func noFolders() async throws {
        let destination = MemoryMessageStore()
        #expect(await copy(ScriptedStore([:]), to: destination).failure == nil)
        #expect(await destination.isFinished)
        let selection = FolderSelection(included: [try FolderPattern("A")])
        #expect(await copy(ScriptedStore([:]), selection: selection).failure?.code == .noInput)
    }

    @Test("Where two folders have a role, the first has it in the copy")
    func rolesAreUnique() async throws {
        let source = ScriptedStore(["Gesendet": [], "Sent": []], roles: ["Gesendet": .sent, "Sent": .sent])
        let destination = MemoryMessageStore()
        _ = await copy(source, to: destination)
        #expect(await destination.folders.map(\.role) == [.sent, nil])
    }

    @Test("A checkpoint follows the batch in which its bytes or its time are reached")
    func checkpoints() async throws {
        let source = ScriptedStore(["INBOX": [Int](repeating: 10, count: 10)])
        let byBytes = MemoryMessageStore()
        _ = await copy(source, to: byBytes) { options in
            options.limits.batchMessages = 2
            options.limits.checkpointBytes = 35
            // A clock that stands: on a busy machine a minute may pass.
            let start = ContinuousClock.now
            options.now = { start }
        }
        #expect(await byBytes.checkpoints == [4, 8])
        let byTime = MemoryMessageStore()
        let clock = Mutex(ContinuousClock.now)
        _ = await copy(source, to: byTime) { options in
            options.limits.batchMessages = 4
            options.now = {
                clock.withLock { now in
                    now += .seconds(25)
                    return now
                }
            }
        }
        // Looked at after each batch: 25 s, 50 s, 75 s.
        #expect(await byTime.checkpoints == [10])
        let told = reporter.events.compactMap { if case .checkpoint(let counts) = $0 { counts.saved } else { nil } }
        #expect(told == [4, 8, 10])
    }

    @Test("A cancelled run stops at a message boundary and keeps what was saved")
    func cancelled() async throws {
        let source = ScriptedStore(["INBOX": [Int](repeating: 1, count: 1000)])
        let task = Mutex<Task<TransferResult, Never>?>(nil)
        let destination = MemoryMessageStore(saving: { index in
            if index == 70 { task.withLock { $0?.cancel() } }
        })
        let gate = AsyncStream<Void>.makeStream()
        let reporter = reporter
        let running = Task {
            for await _ in gate.stream { break }
            return await Copier(from: source, to: destination, reporter: reporter).run()
        }
        task.withLock { $0 = running }
        gate.continuation.yield()
        let result = await running.value
        #expect(result.failure?.code == .cancelled)
        #expect(result.counts.saved == 71)
        #expect(await ids(destination) == (1...71).map { "INBOX:\($0)" })
        #expect(await destination.isFinished)
        #expect(await !destination.isAbandoned)
    }

    @Test("Totals asked for are those of the selected folders")
    func totals() async throws {
        let source = ScriptedStore(["INBOX": [1, 2], "A": [4], "B": [8]])
        let selection = FolderSelection(excluded: [try FolderPattern("B")])
        _ = await copy(source, selection: selection) { $0.findsTotals = true }
        let totals = reporter.events.compactMap {
            if case .progress(let progress) = $0 { progress.totals } else { nil }
        }
        #expect(totals.count >= 2)
        #expect(totals.allSatisfy { $0.messages == 3 && $0.bytes == 7 })
    }

    @Test("A dry run opens and counts everything, and keeps nothing")
    func dryRun() async throws {
        var source = ScriptedStore(["INBOX": [1, 2], "A": [4]])
        source.failures[MessageID(rawValue: "INBOX:2")] = StoreError(.accessDenied, "no")
        let destination = CountingStore(inPlaceOf: "x.pst")
        let result = await Copier(from: source, to: destination, reporter: reporter).run()
        #expect(result.counts.saved == 2)
        #expect(result.counts.bytes == 5)
        #expect(result.counts.failed == 1)
        #expect(reporter.folders.map(\.path) == ["INBOX", "A"])
    }
}
