import IMAPGrammar
import MailStore
import Testing

@testable import IMAPStore

@Suite("The tree of folders, out of a list of mailboxes")
struct HierarchyBuilderTests {
    private func mailbox(_ name: String, _ attributes: Set<String> = [], validity: Int? = nil) throws -> Mailbox {
        var status: MailboxStatus?
        if let validity {
            let text = "* STATUS x (UIDVALIDITY \(validity))"
            guard case .mailboxStatus(let told) = try Framing.response(text) else { return try mailbox(name) }
            status = told
        }
        return Mailbox(
            name: MailboxName(wire: Array(name.utf8), spelling: .modifiedUTF7), delimiter: UInt8(ascii: "."),
            attributes: attributes, status: status)
    }

    private func build(
        _ mailboxes: [Mailbox], namespaces: String? = nil, shared: Bool = false, labels: Bool = false
    ) throws -> [FolderInfo] {
        var told: Namespaces?
        if let namespaces, case .namespace(let spaces) = try Framing.response("* NAMESPACE \(namespaces)") {
            told = spaces
        }
        return HierarchyBuilder(
            namespaces: told, spelling: .modifiedUTF7, includesSharedFolders: shared, includesVirtualFolders: false,
            hasLabels: labels
        ).build(mailboxes).map(\.info)
    }

    @Test("INBOX comes first, parents before children, and parents that do not exist are made up")
    func order() throws {
        let folders = try build([mailbox("b.c.d"), mailbox("inbox"), mailbox("a"), mailbox("b.a")])
        #expect(folders.map(\.path.names) == [["INBOX"], ["a"], ["b"], ["b", "a"], ["b", "c"], ["b", "c", "d"]])
        #expect(folders.map(\.holdsMessages) == [true, true, false, true, false, true])
    }

    @Test("Where every folder lies below INBOX, that level is left away")
    func inboxNamespace() throws {
        let boxes = try [mailbox("INBOX"), mailbox("INBOX.Sent"), mailbox("INBOX.Work.2025")]
        let below = try build(boxes, namespaces: #"(("INBOX." ".")) NIL NIL"#)
        #expect(below.map(\.path.names) == [["INBOX"], ["Sent"], ["Work"], ["Work", "2025"]])
        #expect(below[1].role == .sent)
        let beside = try build(boxes, namespaces: #"(("" ".")) NIL NIL"#)
        #expect(
            beside.map(\.path.names) == [["INBOX"], ["INBOX", "Sent"], ["INBOX", "Work"], ["INBOX", "Work", "2025"]])
    }

    @Test(
        "What belongs to others is left out, unless it is asked for",
        arguments: [
            #"(("" ".")) (("user." ".")) (("shared." "."))"#, #"(("INBOX." ".")) (("user." ".")) (("" "."))"#,
        ])
    func foreign(namespaces: String) throws {
        let boxes = try ["INBOX", "INBOX.Mine", "user", "user.anna.Box", "shared.News"].map { try mailbox($0) }
        let own = try build(boxes, namespaces: namespaces).map(\.id.rawValue)
        #expect(own == ["INBOX", "INBOX.Mine"])
        let all = try build(boxes, namespaces: namespaces, shared: true).map(\.id.rawValue)
        #expect(Set(all).isSuperset(of: ["INBOX.Mine", "user.anna.Box", "shared.News"]))
    }

    @Test("Marks of the server give roles before names do; views on other folders are left out")
    func roles() throws {
        let folders = try build([
            mailbox("INBOX"), mailbox("Elsewhere", ["\\SENT"]), mailbox("Entw&APw-rfe"), mailbox("All", ["\\ALL"]),
            mailbox("Starred", ["\\FLAGGED"]), mailbox("Parent", ["\\NOSELECT"]),
        ])
        #expect(folders.map(\.path.names[0]) == ["INBOX", "Elsewhere", "Entwürfe", "Parent"])
        #expect(folders.map(\.role) == [.inbox, .sent, .drafts, nil])
        #expect(folders.last?.holdsMessages == false)
    }

    @Test("UIDVALIDITY stands for a folder that has no other identity, where no other folder has the same")
    func persistentIDs() throws {
        let folders = try build([mailbox("a", validity: 5), mailbox("b", validity: 6), mailbox("c", validity: 6)])
        #expect(folders.map(\.persistentID) == ["uidvalidity:5", nil, nil])
    }

    @Test(
        "A folder's id gives the name back, whatever bytes are in it",
        arguments: [Array("a/b%20".utf8), [0x61, 0xE9, 0x25], Array("&APw-".utf8)] as [[UInt8]])
    func identity(bytes: [UInt8]) {
        let name = MailboxName(encoded: bytes)
        #expect(MailboxName(name.id) == name)
        #expect(name.id.rawValue.utf8.allSatisfy { $0 < 0x80 })
    }
}

@Suite("Gmail's labels")
struct GmailLabelsTests {
    private static let order = ["\\Inbox", "\\Sent", "Work", "Private"].map { Array($0.utf8) }

    private func labels(_ label: String?, isAllMail: Bool = false) -> GmailLabels {
        GmailLabels(order: Self.order, label: label.map { Array($0.utf8) }, isAllMail: isAllMail)
    }

    @Test(
        "A message has one home: the first of its folders, or All Mail where it has none",
        arguments: [
            [], ["\\Inbox"], ["Work"], ["Private", "Work"], ["\\Inbox", "\\Sent", "Private"], ["Gone"],
            ["\\Important", "\\Starred"],
        ] as [[String]])
    func home(names: [String]) {
        // A folder's own label is not told with its messages.
        let folders = Self.order.filter { label in names.contains { Array($0.utf8) == label } }
        var homes = folders.filter { label in
            labels(String(decoding: label, as: UTF8.self)).isHome(
                of: names.map { Array($0.utf8) }.filter { $0 != label })
        }
        if labels(nil, isAllMail: true).isHome(of: names.map { Array($0.utf8) }) { homes.append([]) }
        #expect(homes.count == 1)
        #expect(homes.first == (folders.first ?? []))
    }

    @Test("Other labels become categories, as people read them; Gmail's own do not")
    func categories() {
        let names = ["\\Inbox", "Work", "Pers&APY-nlich", "\\Important"].map { Array($0.utf8) }
        #expect(labels("Work").categories(names) == ["Persönlich"])
    }
}
