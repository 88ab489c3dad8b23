import MAPI
import MailStore
import Testing

@testable import Conversion

@Suite("Import of flags and keywords") struct StateTests {
    private func state(_ change: (inout MessageState) -> Void) -> MessageState {
        var state = MessageState()
        change(&state)
        return state
    }

    private func flags(_ header: String, _ state: MessageState, _ role: FolderRole?, owners: [String] = []) -> Int32? {
        properties(header, state: state, role: role, owners: owners).integer32(.messageFlags)
    }

    @Test("Message flags tell read, unsent, sent and received apart")
    func messageFlags() {
        let seen = state { $0.seen = true }
        let draft = state { $0.draft = true }
        #expect(flags("From: a@x", MessageState(), .inbox) == 0x10000)
        #expect(flags("From: a@x", seen, nil) == 0x10001)
        #expect(flags("From: a@x", seen, .sent) == 0x21)
        #expect(flags("From: a@x", draft, .drafts) == 0x9)
        #expect(flags("From: a@x", MessageState(), .drafts) == 0x9)
        #expect(flags("From: a@x", draft, .trash) == 0x9)
        // Delivered mail is never opened for editing.
        #expect(flags("Received: by x; nodate", draft, .inbox) == 0x10000)
        #expect(flags("Received: by x; nodate", MessageState(), .drafts) == 0x10000)
        #expect(flags("From: Me <me@x>", seen, .archive, owners: ["me@x"]) == 0x21)
    }

    @Test("A draft has no submit time")
    func draftTimes() {
        let bag = properties("Date: Thu, 01 Jan 2015 00:00:00 +0000", role: .drafts)
        #expect(bag[.clientSubmitTime] == nil)
        #expect(bag[.messageDeliveryTime] != nil)
    }

    @Test("Replied and forwarded mail shows its verb and icon")
    func verbs() {
        let replied = properties("Subject: x", state: state { $0.answered = true })
        #expect(replied.integer32(.lastVerbExecuted) == 102)
        #expect(replied.integer32(.iconIndex) == 0x105)
        #expect(replied.time(.lastVerbExecutionTime) == sampleDeliveryTime)
        let forwarded = properties("Subject: x", state: state { $0.forwarded = true })
        #expect(forwarded.integer32(.lastVerbExecuted) == 104)
        #expect(forwarded.integer32(.iconIndex) == 0x106)
        #expect(properties("Subject: x")[.iconIndex] == nil)
    }

    @Test("A flag is a whole follow-up flag, without a reminder")
    func followUp() {
        let bag = properties("Subject: s", state: state { $0.flagged = true })
        #expect(bag.integer32(.flagStatus) == 2)
        #expect(bag.integer32(.followupIcon) == 6)
        #expect(bag.integer32(.toDoItemFlags) == 1)
        #expect(bag[NamedProperty.flagRequest] == .string("Follow up"))
        #expect(bag[NamedProperty.toDoTitle] == .string("s"))
        #expect(bag[NamedProperty.validFlagStringProof] == .time(sampleDeliveryTime))
        #expect(bag[NamedProperty.reminderSet] == .boolean(false))
        #expect(properties("Subject: s")[.flagStatus] == nil)
    }

    @Test(
        "Keywords that people set become categories",
        arguments: [
            (["$label1", "$label5"], ["Important", "Later"]),
            (["Project", "project", "a,b"], ["Project", "a_b"]),
            (["$MDNSent", "$Junk", "NonJunk", "$Forwarded", "\\Recent"], []),
            ([], []),
        ])
    func categories(keywords: [String], expected: [String]) {
        #expect(Categories.names(of: keywords) == expected)
        let bag = properties("Subject: x", state: state { $0.keywords = keywords })
        #expect(bag[NamedProperty.categories] == (expected.isEmpty ? nil : .multipleString(expected)))
    }

    @Test("The exact flags are kept wherever MAPI cannot say them")
    func exactFlags() {
        let all = state {
            $0.seen = true
            $0.answered = true
            $0.forwarded = true
            $0.deleted = true
            $0.keywords = ["$Junk", "x"]
        }
        let bag = properties("Subject: x", state: all)
        #expect(
            bag[NamedProperty.imapFlags]
                == .multipleString(["\\Seen", "\\Answered", "\\Deleted", "$Forwarded", "$Junk", "x"]))
        #expect(bag[NamedProperty.imapDeleted] == .integer32(1))
        #expect(properties("Subject: x", state: state { $0.seen = true })[NamedProperty.imapFlags] == nil)
        // Among the drafts Outlook's own flags say nothing: the list says all.
        let seenDraft = properties("Subject: x", state: state { $0.seen = true }, role: .drafts)
        #expect(seenDraft[NamedProperty.imapFlags] == .multipleString(["\\Seen"]))
        #expect(properties("Subject: x", role: .drafts)[NamedProperty.imapFlags] == .multipleString([""]))
    }
}
