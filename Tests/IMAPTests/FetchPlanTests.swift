import IMAP
import IMAPGrammar
import MailStore
import Testing

@testable import IMAPStore

@Suite("What to do when fetching goes wrong")
struct FetchPlanTests {
    private static func uids(_ values: [UInt32]) -> [UID] { values.map(UID.init(rawValue:)) }

    @Test("All are asked for at once; what was refused together is asked for one by one")
    func refused() {
        var plan = FetchPlan(Self.uids([1, 2, 3]))
        #expect(plan.next == [Self.uids([1, 2, 3])])
        let answer1 = plan.arrived([UID(rawValue: 1)])
        #expect(answer1)
        let answer2 = plan.refused(Self.uids([1, 2, 3]))
        #expect(answer2 == nil)
        #expect(plan.next == [Self.uids([2])])
        let answer3 = plan.refused(Self.uids([2]))
        #expect(answer3 == UID(rawValue: 2))
        #expect(plan.next == [Self.uids([3])])
        let answer4 = plan.arrived([UID(rawValue: 3)])
        #expect(answer4)
        #expect(plan.isDone)
    }

    @Test("What was answered and not given is asked for twice")
    func notGiven() {
        var plan = FetchPlan(Self.uids([1, 2]))
        _ = plan.arrived([UID(rawValue: 2)])
        let answer5 = plan.completed(Self.uids([1, 2]))
        #expect(answer5.isEmpty)
        #expect(plan.next == [Self.uids([1])])
        let answer6 = plan.completed(Self.uids([1]))
        #expect(answer6 == Self.uids([1]))
        #expect(plan.isDone)
    }

    @Test("Losses with progress between them never give a message up")
    func progress() {
        var plan = FetchPlan(Self.uids(Array(1...50)))
        for value in UInt32(1)...50 {
            let answer7 = plan.lost(plan.next[0])
            #expect(answer7 == nil)
            let answer8 = plan.arrived([UID(rawValue: value)])
            #expect(answer8)
        }
        #expect(plan.isDone)
    }

    @Test("Whatever happens, every plan ends, and each message is given up once or has arrived")
    func ends() {
        for behaviour in 0..<3 {
            var plan = FetchPlan(Self.uids(Array(1...20)))
            var ended: [UID] = []
            var steps = 0
            while let asked = plan.next.first, steps < 1_000 {
                steps += 1
                switch behaviour {
                case 0: if let uid = plan.lost(asked) { ended.append(uid) }
                case 1: if let uid = plan.refused(asked) { ended.append(uid) }
                default: ended += plan.completed(asked)
                }
            }
            #expect(plan.isDone && ended.sorted() == Self.uids(Array(1...20)))
        }
    }

    @Test("The wait doubles up to a bound, follows the server's own number, and ends")
    func backoff() {
        let lost = IMAPError(.closed, "x")
        var backoff = Backoff()
        var waits: [Duration] = []
        while let wait = backoff.wait(after: lost, attempts: 11) { waits.append(wait) }
        #expect(waits == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        #expect(backoff.wait(after: lost, attempts: 11) == nil)
        backoff.progressed()
        #expect(backoff.wait(after: lost, attempts: 11) == .zero)
        let text = StatusResponse(
            .no, code: .other("UNAVAILABLE", ""), text: "Suggested Backoff Time: 99999999 milliseconds")
        #expect(backoff.wait(after: IMAPError(.rejected, "x", response: text), attempts: 11) == .seconds(600))
        #expect(backoff.wait(after: IMAPError(.refused, "x"), attempts: 11) == nil)
    }

    @Test("Messages are known again only where no two could be meant")
    func renumbering() {
        func given(_ id: String, size: Int, time: String, _ persistent: String? = nil) -> GivenMessage {
            GivenMessage(
                id: MessageID(rawValue: id), state: MessageState(), location: time, size: size, persistentID: persistent
            )
        }
        func row(_ id: String, size: Int, time: String, _ persistent: String? = nil) -> ContentsRow {
            ContentsRow(
                id: MessageID(rawValue: id), state: MessageState(), deliveryTime: nil, size: size, location: time,
                persistentID: persistent)
        }
        let result = Renumbering(
            given: [
                given("1.1", size: 5, time: "10"), given("1.2", size: 6, time: "10"), given("1.3", size: 6, time: "10"),
                given("1.4", size: 9, time: "", "E4"), given("1.5", size: 7, time: "11"),
                given("1.6", size: 8, time: ""),
            ],
            rows: [
                row("2.1", size: 5, time: "10"), row("2.2", size: 6, time: "10"), row("2.3", size: 1, time: "1", "E4"),
                row("2.4", size: 7, time: "11"), row("2.5", size: 7, time: "11"), row("2.6", size: 8, time: ""),
            ])
        #expect(result.pairs.map(\.was.rawValue) == ["1.1", "1.4"])
        #expect(result.pairs.map(\.row.id.rawValue) == ["2.1", "2.3"])
        #expect(result.unmatchedRows.map(\.id.rawValue) == ["2.2", "2.4", "2.5", "2.6"])
        #expect(result.unmatchedGiven.map(\.rawValue) == ["1.2", "1.3", "1.5", "1.6"])
    }
}
