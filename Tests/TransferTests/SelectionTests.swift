import MAPI
import MailStore
import TestSupport
import Testing

@testable import Transfer

/// A summary by message id.
private struct ScriptedInspector: MessageInspector {
    var summaries: [String: MessageSummary] = [:]

    func summary(of message: StoredMessage) -> MessageSummary { summaries[message.row.id.rawValue] ?? MessageSummary() }
}

@Suite("Selection of messages")
struct SelectionTests {
    private let reporter = RecordingReporter()

    private func row(
        size: Int = 10, time: Int64? = 100, change: (inout MessageState) -> Void = { _ in }
    ) -> ContentsRow {
        var state = MessageState()
        change(&state)
        return ContentsRow(
            id: MessageID(rawValue: "1"), state: state, deliveryTime: time.map { FileTime(unixSeconds: $0) }, size: size
        )
    }

    private func selection(_ change: (inout MessageSelection) -> Void) -> MessageSelection {
        var selection = MessageSelection()
        change(&selection)
        return selection
    }

    @Test("What a row tells decides by itself, with the ends as documented")
    func rows() {
        let at100 = FileTime(unixSeconds: 100)
        #expect(selection { $0.after = at100 }.mayMatch(row()))
        #expect(!selection { $0.after = at100 }.mayMatch(row(time: 99)))
        #expect(!selection { $0.before = at100 }.mayMatch(row()))
        #expect(selection { $0.before = at100 }.mayMatch(row(time: 99)))
        #expect(!selection { $0.larger = 10 }.mayMatch(row()))
        #expect(selection { $0.larger = 9 }.mayMatch(row()))
        #expect(!selection { $0.smaller = 10 }.mayMatch(row()))
        #expect(selection { $0.smaller = 11 }.mayMatch(row()))
        #expect(selection { $0.unread = true }.mayMatch(row()))
        #expect(!selection { $0.unread = true }.mayMatch(row { $0.seen = true }))
        #expect(!selection { $0.flagged = true }.mayMatch(row()))
        #expect(selection { $0.flagged = true }.mayMatch(row { $0.flagged = true }))
        #expect(!MessageSelection().isRestricting)
    }

    @Test("Where the store knows no delivery time the message's own date counts, and one without any is in no range")
    func undated() {
        let range = selection { $0.after = FileTime(unixSeconds: 100) }
        var summary = MessageSummary()
        #expect(range.mayMatch(row(time: nil)))
        #expect(range.needsContent(of: row(time: nil)))
        #expect(!range.needsContent(of: row()))
        #expect(!range.matches(row(time: nil), summary))
        summary.date = FileTime(unixSeconds: 100)
        #expect(range.matches(row(time: nil), summary))
        summary.date = FileTime(unixSeconds: 99)
        #expect(!range.matches(row(time: nil), summary))
    }

    @Test("Subjects are searched whatever the case, all of the texts; Message-IDs with or without brackets")
    func contents() {
        var summary = MessageSummary()
        summary.subject = "Re: Größe der BÜCHER"
        summary.messageID = " <a@b> "
        #expect(selection { $0.subjects = ["größe", "bücher"] }.matches(row(), summary))
        #expect(!selection { $0.subjects = ["größe", "hefte"] }.matches(row(), summary))
        #expect(selection { $0.messageIDs = ["a@b", "c@d"] }.matches(row(), summary))
        #expect(!selection { $0.messageIDs = ["A@b"] }.matches(row(), summary))
        #expect(MessageSelection.bare("<a@b>") == "a@b")
    }

    @Test(
        "Attachments are matched by the whole name",
        arguments: [
            ("*.pdf", "Plan.PDF", true), ("*.pdf", "Plan.pdf.exe", false), ("?.txt", "a.txt", true),
            ("?.txt", "ab.txt", false), ("*", "", true), ("invoice*2025*", "Invoice-01-2025-x", true), ("", "a", false),
            ("a*a*a*a*a*a*b", String(repeating: "a", count: 200), false),
        ])
    func attachments(pattern: String, name: String, isMatch: Bool) {
        var summary = MessageSummary()
        summary.attachments = ["other", name]
        let selected = selection { $0.attachments = [NamePattern(pattern)] }
        #expect(NamePattern(pattern).matches(name) == isMatch)
        if isMatch { #expect(selected.matches(row(), summary)) }
        summary.attachments = []
        #expect(!selected.matches(row(), summary))
    }

    private func copy(
        _ source: ScriptedStore, _ destination: MemoryMessageStore, _ selection: MessageSelection,
        inspector: ScriptedInspector = ScriptedInspector()
    ) async -> TransferResult {
        var options = TransferOptions()
        options.inspector = inspector
        return await Copier(
            from: source, to: destination, selection: Selection(messages: selection), options: options,
            reporter: reporter
        ).run()
    }

    @Test("What rows decide is decided without opening a message, and every message is counted")
    func withoutOpening() async throws {
        var source = ScriptedStore(["INBOX": [10, 20, 30], "A": [5]])
        source.opening = { id in #expect(["INBOX:2", "INBOX:3"].contains(id.rawValue)) }
        let destination = MemoryMessageStore()
        let result = await copy(source, destination, selection { $0.larger = 15 })
        #expect(await destination.saved.map(\.row.id.rawValue) == ["INBOX:2", "INBOX:3"])
        #expect(await destination.folders.map(\.name) == ["INBOX"])
        #expect(result.counts.notSelected == 2)
        #expect(result.counts.listed == 4)
        #expect(result.counts.folders == 1)
        #expect(result.counts.agree)
    }

    @Test("A message looked for by Message-ID is found, its folder alone is made, and one not found is a problem")
    func byMessageID() async throws {
        var inspector = ScriptedInspector()
        inspector.summaries["A:2"] = {
            var summary = MessageSummary()
            summary.messageID = "<x@y>"
            return summary
        }()
        let destination = MemoryMessageStore()
        let result = await copy(
            ScriptedStore(["INBOX": [1, 1], "A": [1, 1]]), destination,
            selection { $0.messageIDs = ["x@y", "no@one"] },
            inspector: inspector)
        #expect(await destination.saved.map(\.row.id.rawValue) == ["A:2"])
        #expect(await destination.folders.map(\.name) == ["A"])
        #expect(result.counts.notSelected == 3)
        #expect(result.counts.folders == 1)
        #expect(result.counts.agree)
        #expect(reporter.problems.map(\.error.message) == ["no message has the Message-ID <no@one>"])
        #expect(reporter.folders.map(\.path) == ["A"])
    }

    @Test("A message that is there already is counted as such, and is no problem")
    func alreadyThere() async throws {
        let destination = MemoryMessageStore(isThere: { $0.id.rawValue == "INBOX:2" })
        let result = await copy(ScriptedStore(["INBOX": [1, 2, 3]]), destination, MessageSelection())
        #expect(result.counts.saved == 2)
        #expect(result.counts.alreadyThere == 1)
        #expect(result.counts.bytes == 4)
        #expect(result.counts.problems == 0)
        #expect(result.counts.agree)
    }

    @Test("A list tells folders with counts, and messages where asked for, and only what is selected")
    func listing() async throws {
        var source = ScriptedStore(["INBOX": [1, 2], "A": [4]])
        source.failures[MessageID(rawValue: "A:1")] = StoreError(.badData, "damaged")
        let options = MailboxListing.Options(
            selection: Selection(messages: selection { $0.larger = 1 }), opensMessages: true,
            inspector: ScriptedInspector())
        var lines: [String] = []
        let totals = try await MailboxListing(store: source, options: options).run { event in
            switch event {
            case .folder(let folder, let totals): lines.append("\(folder.path.description) \(totals.messages)")
            case .message(_, let row, let summary): lines.append("\(row.id.rawValue) \(summary != nil)")
            case .problem(let error): lines.append(error.message)
            }
        }
        #expect(lines == ["INBOX:2 true", "INBOX 1", "damaged", "A:1 false", "A 1"])
        #expect(totals.messages == 2)
        #expect(totals.bytes == 6)
        #expect(totals.problems == 1)
    }
}
