import Journal
import MailStore
import TestSupport
import Testing

@testable import Transfer

@Suite("Synchronizing what is hard to read, or oddly named")
struct SynchronizerTroubleTests {
    private let place: TemporaryFolder
    private let journal: Journal
    private let mailbox = MemoryMailbox()

    init() throws {
        place = try TemporaryFolder()
        journal = try Journal.open(at: place.path("journal.sqlite"))
    }

    @discardableResult
    private func run(
        _ source: TroubledStore, _ deletions: SynchronizationPlan.Deletions = .mirror
    ) async -> TransferResult {
        var plan = SynchronizationPlan(sourceName: source.description)
        plan.deletions = deletions
        plan.trustsStates = true
        return await Synchronizer(
            from: source, to: mailbox, journal: journal, plan: plan, reporter: RecordingReporter()
        ).run()
    }

    /// Texts by folder.
    private func contents() async -> [String: [String]] {
        await mailbox.contents().mapValues { $0.map { String(decoding: $0.bytes, as: UTF8.self) }.sorted() }
    }

    private static func items(_ names: String...) -> [TroubledStore.Item] {
        names.map { TroubledStore.Item(id: $0, text: "text of \($0)", name: $0) }
    }

    @Test("A folder that cannot be read for a moment is told, and what is in it is neither copied again nor deleted")
    func moment() async {
        var source = TroubledStore(folders: ["A": Self.items("1", "2"), "B": Self.items("3")])
        await run(source)
        let before = await contents()
        source.failures.set(1, for: "A")
        source.folders["B"]?.append(contentsOf: Self.items("4"))
        let troubled = await run(source)
        #expect(troubled.failure == nil)
        #expect(troubled.counts.problems == 1 && troubled.counts.saved == 1 && troubled.counts.deleted == 0)
        #expect(await contents()["A"] == before["A"])
        let next = await run(source)
        #expect(next.failure == nil && next.counts.problems == 0 && next.counts.saved == 0)
        #expect(await contents() == ["A": ["text of 1", "text of 2"], "B": ["text of 3", "text of 4"]])
    }

    @Test(
        "A server that goes away, or wants to be left alone, ends the run; what had arrived is kept",
        arguments: [StoreError.Code.unavailable, .temporary])
    func serverGone(code: StoreError.Code) async throws {
        var source = TroubledStore(folders: ["A": Self.items("1", "2", "3"), "B": Self.items("4")])
        source.refusals["3"] = StoreError(code, "come back later")
        let broken = await run(source)
        #expect(broken.failure?.code == code && broken.counts.saved == 2 && broken.counts.failed == 0)
        #expect(await contents() == ["A": ["text of 1", "text of 2"]])
        await mailbox.resetSavedCount()
        source.refusals = [:]
        #expect(await run(source).failure == nil)
        #expect(await mailbox.savedCount == 2)
        #expect(
            await contents() == ["A": ["text of 1", "text of 2", "text of 3"], "B": ["text of 4"]])
    }

    @Test("A message that cannot be copied keeps nothing else from being deleted, and is forgotten when it is gone")
    func failingMessage() async throws {
        var source = TroubledStore(folders: ["A": Self.items("1", "2", "3")])
        source.refusals["3"] = StoreError(.inputOutput, "broken")
        #expect(await run(source).counts.failed == 1)
        source.folders["A"]?.remove(at: 0)
        let mirrored = await run(source)
        #expect(mirrored.counts.failed == 1 && mirrored.counts.deleted == 1)
        #expect(await contents() == ["A": ["text of 2"]])
        #expect(try journal.failures(limit: 9).map(\.attempts) == [2])
        source.folders["A"]?.removeLast()
        #expect(await run(source).counts.failed == 0)
        #expect(try journal.failures(limit: 9).isEmpty)
    }

    @Test("A renamed folder that cannot be read is not taken for one that was removed")
    func unreadableRenamed() async {
        var source = TroubledStore(folders: ["A": Self.items("1", "2")], persistentIDs: ["A": "p"])
        await run(source)
        source.folders = ["B": source.folders["A"] ?? []]
        source.persistentIDs = ["B": "p"]
        source.failures.set(5, for: "B")
        let troubled = await run(source)
        #expect(troubled.counts.problems == 1 && troubled.counts.deleted == 0)
        #expect(await contents().values.flatMap(\.self).sorted() == ["text of 1", "text of 2"])
        source.failures.set(0, for: "B")
        let next = await run(source)
        #expect(next.failure == nil && next.counts.saved == 0 && next.counts.deleted == 0)
        #expect(await contents() == ["B": ["text of 1", "text of 2"]])
    }

    @Test("A folder that the hierarchy leaves out although it is there is not taken for one that was removed")
    func hiddenFolder() async {
        var source = TroubledStore(folders: ["A": Self.items("1", "2"), "B": Self.items("3")])
        await run(source)
        source.hidden = ["A"]
        let troubled = await run(source)
        #expect(troubled.failure == nil && troubled.counts.deleted == 0 && troubled.counts.gone == 0)
        #expect(await contents()["A"] == ["text of 1", "text of 2"])
        source.failures.set(1, for: "A")
        let unreadable = await run(source)
        #expect(unreadable.counts.problems == 1 && unreadable.counts.deleted == 0)
        source.hidden = []
        let next = await run(source)
        #expect(next.failure == nil && next.counts.saved == 0)
        source.folders["A"] = nil
        #expect(await run(source).counts.deleted == 2)
        #expect(await contents() == ["B": ["text of 3"]])
    }

    @Test("A new message elsewhere under the name of one that has gone, but of another size, is another message")
    func sameName() async {
        var source = TroubledStore(folders: ["A": Self.items("1"), "B": Self.items("2")])
        await run(source)
        source.folders["A"] = []
        source.folders["B"]?.append(TroubledStore.Item(id: "1", text: "quite another message", name: "1"))
        let result = await run(source)
        #expect(result.failure == nil && result.counts.saved == 1 && result.counts.deleted == 1)
        #expect(await contents() == ["A": [], "B": ["quite another message", "text of 2"]])
    }

    @Test(
        "A message that was gone and kept stays as it is where another one comes under its id",
        arguments: [true, false])
    func idOfKeptMessage(isMoved: Bool) async throws {
        var source = TroubledStore(folders: ["A": Self.items("1"), "B": Self.items("2")])
        if isMoved { source.folders["B"]?.append(TroubledStore.Item(id: "1", text: "another", name: nil)) }
        await run(source, .keep)
        source.folders["A"] = []
        #expect(await run(source, .keep).counts.gone == 1)
        source.folders["A"] = [TroubledStore.Item(id: "1", text: "another", name: nil)]
        source.folders["B"]?.removeAll { $0.id == "1" }
        let result = await run(source, .keep)
        #expect(result.failure == nil)
        #expect(result.counts.saved == (isMoved ? 0 : 1))
        #expect(await contents() == ["A": ["another", "text of 1"], "B": ["text of 2"]])
        let next = await run(source, .keep)
        #expect(next.failure == nil && next.counts.saved == 0 && next.counts.gone == 0)
        // The kept one is known again when it is back under its own id, elsewhere.
        source.folders["B"]?.append(TroubledStore.Item(id: "7", text: "text of 1", name: nil))
        #expect(await run(source, .keep).counts.saved == 0)
        #expect(await contents() == ["A": ["another"], "B": ["text of 1", "text of 2"]])
    }

    @Test("Copies of one message that move together are both moved, and none stays behind")
    func copies() async {
        let copies = ["1", "2"].map { TroubledStore.Item(id: $0, text: "the same", name: nil) }
        var source = TroubledStore(folders: ["A": copies, "B": []])
        await run(source, .keep)
        source.folders = ["A": [], "B": ["8", "9"].map { TroubledStore.Item(id: $0, text: "the same", name: nil) }]
        let result = await run(source, .keep)
        #expect(result.failure == nil && result.counts.moved == 2 && result.counts.gone == 0)
        #expect(await contents() == ["A": [], "B": ["the same", "the same"]])
    }
}
