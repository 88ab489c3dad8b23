import MailStore
import Testing

@testable import Transfer

@Suite("Folder patterns")
struct FolderPatternTests {
    private let folders: [FolderInfo] = [
        (["INBOX"], .inbox), (["INBOX", "Projects"], nil), (["Gesendete Objekte"], .sent), (["Sent"], .sent),
        (["Archive"], .archive), (["Archive", "2024"], nil), (["Archive", "2024", "May"], nil), (["Archive2"], nil),
        (["a/b"], nil), (["Grüße"], nil), (["50%*"], nil), (["#sent#"], nil), (["Sent", "Old"], nil),
    ].map { names, role in
        FolderInfo(id: FolderID(rawValue: names.joined(separator: "|")), path: FolderPath(names), role: role)
    }

    @Test(
        "A pattern means these folders",
        arguments: [
            (
                "*",
                "INBOX INBOX/Projects Gesendete_Objekte Sent Archive Archive/2024 Archive/2024/May Archive2 a\\/b"
                    + " Grüße 50%* #sent# Sent/Old"
            ),
            ("%", "INBOX Gesendete_Objekte Sent Archive Archive2 a\\/b Grüße 50%* #sent#"),
            ("Archive", "Archive"),
            ("archive", ""),
            ("Archive/%", "Archive/2024"),
            ("Archive/*", "Archive/2024 Archive/2024/May"),
            ("Archive*", "Archive Archive/2024 Archive/2024/May Archive2"),
            ("%/%/%", "Archive/2024/May"),
            ("*May", "Archive/2024/May"),
            ("*2*", "Archive/2024 Archive/2024/May Archive2"),
            ("inbox", "INBOX"),
            ("Inbox/*", "INBOX/Projects"),
            ("inbo", ""),
            ("a/b", ""),
            ("a\\/b", "a\\/b"),
            ("a%b", "a\\/b"),
            ("Gru\u{308}\u{DF}e", "Grüße"),
            ("50\\%\\*", "50%*"),
            ("\\#sent#", "#sent#"),
            ("#sent#", "Gesendete_Objekte Sent"),
            ("#SENT#/*", "Sent/Old"),
            ("#inbox#*", "INBOX INBOX/Projects"),
            ("#archive#/%/May", "Archive/2024/May"),
            ("#junk#", ""),
        ])
    func matches(pattern: String, expected: String) throws {
        let pattern = try FolderPattern(pattern)
        let matched = folders.filter { pattern.matches($0, among: folders) }
            .map { $0.path.description.replacing(" ", with: "_") }
        #expect(matched.joined(separator: " ") == expected)
    }

    @Test("A pattern that means nothing is refused", arguments: ["", "#nothing#", "#nothing#/x", "a\\"])
    func refuses(pattern: String) {
        #expect(throws: FolderPattern.Invalid.self) { try FolderPattern(pattern) }
    }

    @Test("A pattern of many wildcards and a long name is decided without trying all ways")
    func manyWildcards() throws {
        let name = String(repeating: "a", count: 500)
        let folder = FolderInfo(id: FolderID(rawValue: "x"), path: FolderPath([name]), role: nil)
        let pattern = try FolderPattern(String(repeating: "a*", count: 200) + "b")
        #expect(!pattern.matches(folder, among: [folder]))
    }

    @Test("A folder is selected where a pattern includes it, or there is none, and none excludes it")
    func selection() throws {
        func selected(_ included: [String], _ excluded: [String]) throws -> [String] {
            let selection = FolderSelection(
                included: try included.map { try FolderPattern($0) },
                excluded: try excluded.map { try FolderPattern($0) })
            return folders.filter { selection.selects($0, among: folders) }.map(\.path.description)
        }
        #expect(try selected([], []).count == folders.count)
        #expect(
            try selected(["#sent#", "Arch*"], ["Archive/*", "Sent"]) == ["Gesendete Objekte", "Archive", "Archive2"])
        #expect(try selected([], ["*"]) == [])
    }
}
