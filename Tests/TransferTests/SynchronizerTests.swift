import Journal
import MailStore
import TestSupport
import Testing

@testable import Transfer

@Suite("Synchronizing")
struct SynchronizerTests {
    private let place: TemporaryFolder
    private let journal: Journal
    private let mailbox = MemoryMailbox()
    private let reporter = RecordingReporter()

    init() throws {
        place = try TemporaryFolder()
        journal = try Journal.open(at: place.path("journal.sqlite"))
    }

    @discardableResult
    private func run(
        _ source: ModelMailbox, deletions: SynchronizationPlan.Deletions = .keep, to mailbox: MemoryMailbox? = nil,
        journal: Journal? = nil, sinceRun: Int? = nil, selection: Selection = Selection(),
        change: (inout TransferOptions) -> Void = { _ in }
    ) async -> TransferResult {
        var plan = SynchronizationPlan(sourceName: source.description)
        plan.deletions = deletions
        plan.trustsStates = true
        plan.sinceRun = sinceRun
        var options = TransferOptions()
        change(&options)
        return await Synchronizer(
            from: ListedChanges(source), to: mailbox ?? self.mailbox, journal: journal ?? self.journal, plan: plan,
            selection: selection, options: options, reporter: reporter
        ).run()
    }

    private func expectMirror(
        _ source: ModelMailbox, in mailbox: MemoryMailbox? = nil, _ comment: Comment? = nil,
        at location: SourceLocation = #_sourceLocation
    ) async {
        let expected = source.contents.mapValues { $0.map { "\($0.name) \($0.state)" } }
        let found = await (mailbox ?? self.mailbox).contents().mapValues { messages in
            messages.map { "\(String(decoding: $0.bytes, as: UTF8.self)) \($0.state)" }.sorted()
        }
        #expect(found == expected.mapValues { $0.sorted() }, comment, sourceLocation: location)
    }

    private static func state(_ seen: Bool, _ keywords: String...) -> MessageState {
        var state = MessageState()
        state.seen = seen
        state.keywords = keywords
        return state
    }

    @Test("A second run of an unchanged mailbox copies nothing, and writes nothing")
    func nothingChanged() async {
        var source = ModelMailbox()
        let inbox = source.addFolder("INBOX")
        source.addFolder("INBOX", "A")
        for _ in 0..<3 { source.deliver(to: inbox) }
        let first = await run(source)
        #expect(first.failure == nil && first.counts.saved == 3)
        let checkpoints = await mailbox.checkpointCount
        let second = await run(source)
        #expect(second.failure == nil && second.counts.saved == 0 && second.counts.alreadyThere == 3)
        #expect(second.counts.agree)
        #expect(await mailbox.checkpointCount == checkpoints)
        await expectMirror(source)
    }

    @Test("New messages, other flags, moves and renamed folders arrive without copying a message twice")
    func changes() async {
        var source = ModelMailbox()
        let inbox = source.addFolder("INBOX")
        let work = source.addFolder("Work")
        let sub = source.addFolder("Work", "2025")
        for _ in 0..<3 {
            source.deliver(to: inbox)
            source.deliver(to: work)
            source.deliver(to: sub)
        }
        await run(source)
        await mailbox.resetSavedCount()
        source.deliver(to: sub)
        source.setState(Self.state(true, "red"), of: 1, in: inbox)
        source.move(0, from: inbox, to: work)
        source.move(0, from: sub, to: inbox)
        source.rename(work, to: FolderPath(["Old work"]))
        let result = await run(source)
        #expect(result.failure == nil)
        #expect(await mailbox.savedCount == 1)
        #expect(result.counts.moved == 2 && result.counts.stateChanged == 1 && result.counts.agree)
        await expectMirror(source)
    }

    @Test("What is gone at the source stays in the copy unless it is to mirror")
    func deletions() async {
        var source = ModelMailbox()
        let inbox = source.addFolder("INBOX")
        let old = source.addFolder("Old")
        for _ in 0..<2 {
            source.deliver(to: inbox)
            source.deliver(to: old)
        }
        await run(source)
        let whole = source
        source.remove(0, from: inbox)
        source.removeFolder(old)
        let kept = await run(source)
        #expect(kept.failure == nil && kept.counts.gone == 3 && kept.counts.deleted == 0)
        await expectMirror(whole)
        #expect(await run(source).counts.gone == 0)
        var back = whole
        back.setState(Self.state(true), of: 0, in: inbox)
        let returned = await run(back)
        #expect(returned.counts.saved == 0 && returned.counts.agree)
        await expectMirror(back)
        let mirrored = await run(source, deletions: .mirror)
        #expect(mirrored.failure == nil && mirrored.counts.deleted == 3)
        await expectMirror(source)
    }

    @Test("A folder that cannot be listed for once is left as it is, and nothing is copied again or taken for gone")
    func unreadableFolder() async {
        var source = ModelMailbox()
        let inbox = source.addFolder("INBOX")
        let other = source.addFolder("Other")
        for _ in 0..<3 {
            source.deliver(to: inbox)
            source.deliver(to: other)
        }
        await run(source)
        let whole = source
        await mailbox.resetSavedCount()
        source.failures = ["Other": StoreError(.temporary, "no such device")]
        let unreadable = await run(source, deletions: .mirror)
        #expect(unreadable.counts.problems == 1 && unreadable.counts.agree)
        await expectMirror(whole)
        // Now it does not even stand in the list.
        source.hidden = ["Other"]
        let hidden = await run(source, deletions: .mirror)
        #expect(hidden.counts.problems == 1 && hidden.counts.gone == 0)
        await expectMirror(whole)
        source.failures = [:]
        source.hidden = []
        let back = await run(source, deletions: .mirror)
        #expect(back.counts.problems == 0)
        await expectMirror(whole)
        #expect(await mailbox.savedCount == 0)
    }

    @Test("A lost journal is rebuilt from the copy, and nothing is copied again")
    func lostJournal() async throws {
        var source = ModelMailbox()
        let inbox = source.addFolder("INBOX")
        let other = source.addFolder("Other")
        for _ in 0..<4 { source.deliver(to: inbox) }
        await run(source)
        await mailbox.resetSavedCount()
        source.deliver(to: other)
        source.move(0, from: inbox, to: other)
        let fresh = try Journal.open(at: place.path("fresh.sqlite"))
        let result = await run(source, deletions: .mirror, journal: fresh)
        #expect(result.failure == nil)
        // The moved one had to be read to be recognised, for the copy tells no ids that survive moves.
        #expect(await mailbox.savedCount == 1)
        await expectMirror(source)
    }

    @Test("The same mailbox under another name is recognised by what lies in it")
    func movedMailbox() async {
        var source = ModelMailbox("model:here")
        let inbox = source.addFolder("INBOX")
        for _ in 0..<4 { source.deliver(to: inbox) }
        await run(source)
        await mailbox.resetSavedCount()
        var moved = ModelMailbox("model:there")
        _ = moved.addFolder("INBOX")
        for _ in 0..<5 { moved.deliver(to: 0) }
        let result = await run(moved, deletions: .mirror)
        #expect(result.failure == nil && result.counts.saved == 1)
        await expectMirror(moved)
    }

    @Test("A new store since a run gets what is new or changed, and nothing else")
    func delta() async {
        var source = ModelMailbox()
        let inbox = source.addFolder("INBOX")
        source.addFolder("Quiet")
        for _ in 0..<4 { source.deliver(to: inbox) }
        let base = await run(source)
        source.setState(Self.state(true), of: 1, in: inbox)
        let new = source.deliver(to: inbox)
        let delta = MemoryMailbox("delta")
        let result = await run(source, to: delta, sinceRun: base.run)
        #expect(result.failure == nil && result.counts.saved == 2 && result.counts.agree)
        let found = await delta.contents().mapValues { $0.map { String(decoding: $0.bytes, as: UTF8.self) } }
        #expect(found == ["INBOX": [source.folders[inbox].messages[1].name, new].sorted()])
    }
}
