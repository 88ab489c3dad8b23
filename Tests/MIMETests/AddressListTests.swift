import Testing

@testable import MIME

@Suite("Address lists") struct AddressListTests {
    static let cases: [(String, [(String, String)])] = [
        ("a@x", [("", "a@x")]),
        ("<a@x>", [("", "a@x")]),
        ("Ann <a@x>, Bob <b@y>", [("Ann", "a@x"), ("Bob", "b@y")]),
        ("\"Miller, Ann\" <a@x>", [("Miller, Ann", "a@x")]),
        ("\"Ann \\\"A\\\" M\" <a@x>", [("Ann \"A\" M", "a@x")]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@x>", [("Jürgen", "j@x")]),
        ("\"=?utf-8?q?J=C3=BCrgen?=\" <j@x>", [("Jürgen", "j@x")]),
        ("a@x (Ann)", [("Ann", "a@x")]),
        ("Team: a@x, b@y;, c@z", [("", "a@x"), ("", "b@y"), ("", "c@z")]),
        ("undisclosed-recipients:;", []),
        ("undisclosed-recipients: ;, a@x", [("", "a@x")]),
        ("", []),
        ("Team: (nobody) ; , a@x (Ann), (remark)", [("Ann", "a@x")]),
        ("<Undisclosed-Recipient:@x;>", []),
        ("\"Undisclosed Recipients\" <>", []),
        (" , ,a@x,, ", [("", "a@x")]),
        ("a@x; b@y", [("", "a@x"), ("", "b@y")]),
        ("<@r1,@r2:u@h>", [("", "u@h")]),
        ("Printer", [("Printer", "")]),
        ("Ann <alice>", [("Ann", "alice")]),
        ("<<a@b>>", [("", "a@b")]),
        ("\"unbalanced <a@x>, b@y", [("unbalanced", "a@x"), ("", "b@y")]),
        ("Jürgen <j@ünï.example>", [("Jürgen", "j@ünï.example")]),
        ("\"quoted local\"@x", [("", "\"quoted local\"@x")]),
        ("mailto:a@x", [("", "a@x")]),
    ]

    @Test("Every address survives, well-formed or not", arguments: cases)
    func addresses(text: String, expected: [(String, String)]) {
        let found = onBytes(text) { AddressList.mailboxes($0) }
        #expect(found == expected.map { Mailbox(displayName: $0.0, address: $0.1) })
    }

    @Test("A list of many thousand addresses is read in full")
    func long() {
        let text = (0..<5000).map { "\"User \($0)\" <user\($0)@example.com>" }.joined(separator: ",\r\n ")
        #expect(onBytes(text) { AddressList.mailboxes($0) }.count == 5000)
    }
}
