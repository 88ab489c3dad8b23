import Foundation
import FoundationXML
import Journal
import MAPI
import TestSupport
import Testing

@testable import Reporting

@Suite("The page of the report")
struct ReportPageTests {
    @Test("is, for every kind of mailbox, what people have looked at")
    func snapshot() throws {
        try Snapshot.expect(ReportPage(SampleReport.report).text, is: "Tests/ReportingTests/Fixtures/report.html")
    }

    @Test("has elements that only show something, and links only into itself, whatever names and servers say")
    func harmless() throws {
        let outline = try Outline(ReportPage(SampleReport.report).text)
        #expect(
            outline.elements.subtracting([
                "html", "head", "meta", "title", "style", "body", "header", "main", "section", "details", "summary",
                "h1", "h2", "h3", "p", "b", "small", "span", "div", "ul", "li", "br", "a", "table", "thead", "tbody",
                "tr", "th", "td", "figure", "figcaption", "svg", "line", "path", "rect", "circle", "text",
            ]).isEmpty, "\(outline.elements)")
        #expect(
            outline.attributes.subtracting([
                "lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "viewBox", "role",
                "aria-label", "aria-hidden", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d", "width", "height",
                "text-anchor",
            ]).isEmpty, "\(outline.attributes)")
        #expect(!outline.links.isEmpty && outline.links.allSatisfy { $0.hasPrefix("#") })
        // The text itself is there, to be read.
        #expect(outline.text.contains("</td><script>alert(1)</script>\"' & \\u{1B}[31m\\u{202E}gpj.\\0"))
    }

    @Test("names those first that need attention, the worst at the top")
    func order() {
        let report = SampleReport.report
        #expect(
            report.attention.map(\.user) == [
                "damaged", SampleReport.hostile, "boss", "intern", "archive", "new-colleague", "warehouse", "sales",
            ])
        #expect(Set(report.mailboxes.suffix(3).map(\.user)) == ["annak", "fredb", "night-shift"])
    }

    @Test("says that all is well where nothing is wrong, and that there is nothing where there is no journal")
    func quiet() {
        let time = FileTime(unixSeconds: SampleReport.now)
        let well = SampleReport.healthy("fredb", nights: 3, start: 1_000_000, growth: 5_000)
        let page = ReportPage(BackupReport(time: time, mailboxes: [well])).text
        #expect(page.contains("all well") && !page.contains("Needs attention"))
        #expect(ReportPage(BackupReport(time: time, mailboxes: [])).text.contains("There is no journal yet."))
    }

    @Test("calls a mailbox overdue only after the time that was given")
    func overdue() {
        let mailbox = SampleReport.healthy("fredb", nights: 3, start: 1, growth: 1)
        for (hours, isOverdue) in [(4, true), (5, false), (6, false)] {
            let report = BackupReport(
                time: FileTime(unixSeconds: SampleReport.now), mailboxes: [mailbox], overdueAfter: hours * 3_600)
            #expect(report.isOverdue(mailbox) == isOverdue, "\(hours) hours")
            #expect(report.attention.isEmpty == !isOverdue)
        }
    }

    @Test("draws any numbers, the greatest and senseless ones too")
    func extremes() throws {
        var mailbox = MailboxReport(user: "extreme")
        for (number, value) in [1, Int.max, 3, Int.max - 1, 1 << 62].enumerated() {
            mailbox.runs.append(
                SampleReport.run(
                    number, ago: number % 2, seconds: Int64(number) * 1_000_000_000_000, .complete,
                    ["saved": value, "bytes": value, "state_changed": value, "moved": value, "pst_bytes": value]))
        }
        let report = BackupReport(time: FileTime(rawValue: .max), mailboxes: [mailbox, mailbox])
        #expect(try Outline(ReportPage(report).text).text.contains("extreme"))
        #expect(MetricsText(report).text.contains("\(1 << 62)"))
    }
}

/// What a page consists of. That it can be read as XML proves that every element ends where it should.
private final class Outline: NSObject, XMLParserDelegate {
    private(set) var elements: Set<String> = []
    private(set) var attributes: Set<String> = []
    private(set) var links: [String] = []
    private(set) var text = ""

    init(_ page: String) throws {
        super.init()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = self
        try #require(parser.parse(), "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes found: [String: String]
    ) {
        elements.insert(name)
        attributes.formUnion(found.keys)
        if let link = found["href"] { links.append(link) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
