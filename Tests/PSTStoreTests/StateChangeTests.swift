import BinaryIO
import MAPI
import MailStore
import PST
import PSTNDB
import PSTStore
import TestSupport
import Testing

@Suite("The state of a message in a PST")
struct StateChangeTests {
    static let states: [MessageState] = [
        MessageState(),
        .with { $0.seen = true },
        .with { $0.flagged = true },
        .with {
            $0.seen = true
            $0.answered = true
        },
        .with { $0.forwarded = true },
        .with {
            $0.answered = true
            $0.forwarded = true
            $0.flagged = true
        },
        .with { $0.draft = true },
        .with {
            $0.draft = true
            $0.seen = true
            $0.keywords = ["Projekt"]
        },
        .with { $0.deleted = true },
        .with {
            $0.seen = true
            $0.keywords = ["$label1", "Projekt", "$Junk", "projekt"]
        },
        .with { $0.keywords = ["Anderes"] },
    ]

    /// Delivered mail, mail that was never delivered, and mail that asks for things.
    static let mail = [
        "Received: from a by b; Thu, 01 Jan 2015 00:00:00 +0000\nFrom: a@example.org\nTo: me@example.org\n"
            + "Date: Wed, 31 Dec 2014 23:00:00 +0000\nSubject: Re: delivered\nDelivered-To: me@example.org\n\nText\n",
        "From: Me <me@example.org>\nTo: b@example.org\nDate: Wed, 31 Dec 2014 23:00:00 +0000\n"
            + "Subject: \nDisposition-Notification-To: me@example.org\nReturn-Receipt-To: me@example.org\n"
            + "Delivered-To: b@example.org\n\nText\n",
        "From: a@example.org\nSubject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\nX-Message-Flag: Call back\n"
            + "Reply-By: Wed, 31 Dec 2025 23:00:00 +0000\nContent-Type: text/html\n\n<p>Text</p>\n",
        "\nno header at all\n",
    ]

    @Test(
        "is after a change what it were had the message come with it",
        arguments: [FolderRole?.none, .drafts, .sent, .trash])
    func change(role: FolderRole?) async throws {
        let directory = try TemporaryDirectory()
        let changed = try StoreUnderTest.create(in: directory, "changed.pst")
        let fresh = try StoreUnderTest.create(in: directory, "fresh.pst")
        let folders = (try await changed.folder("F", role), try await fresh.folder("F", role))
        var pairs: [(changed: MessageID, fresh: MessageID, name: String)] = []
        for (number, text) in Self.mail.enumerated() {
            for (first, old) in Self.states.enumerated() {
                for (second, new) in Self.states.enumerated() {
                    let id = "\(number) \(first) \(second)"
                    let message = try await changed.save(text, id: id, old, in: folders.0, role)
                    // Half of them in another run.
                    if second % 2 == 0 { try await changed.store.setState(new, of: message, in: folders.0) }
                    pairs.append((message, try await fresh.save(text, id: id, new, in: folders.1, role), id))
                }
            }
        }
        try await changed.store.finish()
        try await fresh.store.finish()
        let again = try StoreUnderTest.open(changed.path)
        for (position, pair) in pairs.enumerated() where position % Self.states.count % 2 == 1 {
            try await again.store.setState(
                Self.states[position % Self.states.count], of: pair.changed, in: folders.0)
        }
        try await again.store.finish()

        let left = try PSTReader.open(FileStorage(path: changed.path, mode: .read))
        let right = try PSTReader.open(FileStorage(path: fresh.path, mode: .read))
        for pair in pairs {
            let found = try left.message(node(pair.changed)).object.properties
            let wanted = try right.message(node(pair.fresh)).object.properties
            #expect(Self.differences(found, wanted) == [], "\(pair.name)")
        }
        #expect(try StoreUnderTest.complaints(changed.path) == [])
    }

    private func node(_ id: MessageID) throws -> NodeID {
        NodeID(rawValue: try #require(UInt32(id.rawValue.dropFirst(2), radix: 16)))
    }

    /// The size is that of the stored form, which may have gaps after a change.
    private static func differences(_ found: PropertyBag, _ wanted: PropertyBag) -> [String] {
        var lines: [String] = []
        let tags = Set(found.fixed.map(\.tag) + wanted.fixed.map(\.tag)).subtracting([.messageSize])
        for tag in tags.sorted() where found[tag] != wanted[tag] {
            lines.append("\(tag): \(String(describing: found[tag])), not \(String(describing: wanted[tag]))")
        }
        for name in Set(found.named.map(\.name) + wanted.named.map(\.name)) where found[name] != wanted[name] {
            lines.append("\(name): \(String(describing: found[name])), not \(String(describing: wanted[name]))")
        }
        return lines
    }

    @Test("keeps what Outlook has added to it")
    func outlooksOwn() async throws {
        let directory = try TemporaryDirectory()
        let test = try StoreUnderTest.create(in: directory)
        let folder = try await test.folder("F")
        let state = MessageState.with {
            $0.flagged = true
            $0.answered = true
            $0.keywords = ["Ours"]
        }
        let id = try await test.save(Self.mail[0], id: "1", state, in: folder)
        try await test.store.finish()
        let categories = NamedProperty(set: .psPublicStrings, string: "Keywords")
        let reminder = NamedProperty(set: .psetidCommon, identifier: 0x8503)
        let place = NodeID(rawValue: try #require(UInt32(folder.rawValue.dropFirst(2), radix: 16)))
        do {
            let file = try PSTFile.open(in: FileStorage(path: test.path, mode: .update))
            var changes = PropertyChanges()
            changes.values[categories] = .multipleString(["Ours", "Theirs"])
            changes.values[reminder] = .boolean(true)
            changes.values[.lastVerbExecuted] = .integer32(103)
            try file.change(changes, of: node(id), in: place)
            try file.checkpoint()
        }
        let again = try StoreUnderTest.open(test.path)
        var new = state
        new.seen = true
        new.keywords = ["Other"]
        try await again.store.setState(new, of: id, in: folder)
        try await again.store.finish()
        let reader = try PSTReader.open(FileStorage(path: test.path, mode: .read))
        let item = try reader.message(node(id)).object.properties
        #expect(item[categories] == .multipleString(["Other", "Theirs"]))
        #expect(item[reminder] == .boolean(true))
        #expect(item.integer32(.lastVerbExecuted) == 103)
        #expect(item.integer32(.flagStatus) == 2)
        #expect(MessageFlags(rawValue: item.integer32(.messageFlags) ?? 0).contains(.read))
        #expect(try StoreUnderTest.complaints(test.path) == [])
    }
}
