import Foundation
import TestSupport
import Testing

@testable import Reporting

/// The page in a real browser, without a screen.
@Suite(
    "The page in Chromium", .enabled(if: CommandRun.isInstalled("chromium"), "chromium is not installed"), .serialized)
struct BrowserTests {
    private let directory: TemporaryDirectory
    private let page: String

    init() throws {
        directory = try TemporaryDirectory()
        page = directory.path + "/report.html"
        try ReportPage(SampleReport.report).text.write(toFile: page, atomically: true, encoding: .utf8)
    }

    private func chromium(_ arguments: [String]) throws -> CommandRun {
        try CommandRun.run(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", "--user-data-dir=\(directory.path)/profile",
            ] + arguments, environment: ["HOME": directory.path])
    }

    /// Opens the page in a frame of a width, and has the browser measure it.
    private func measured(width: Int) throws -> String {
        let frame = directory.path + "/frame.html"
        let script = """
            const page = document.querySelector('iframe').contentDocument;
            const shown = [...page.querySelectorAll('figure svg')].every(s => s.getBoundingClientRect().height > 60);
            const open = page.querySelectorAll('details').length;
            document.title = 'width ' + page.documentElement.scrollWidth + ', charts ' + shown
                + ', mailboxes ' + open + ', scripts ' + page.scripts.length;
            """
        try """
        <!DOCTYPE html><meta charset="utf-8">
        <iframe src="report.html" width="\(width)" height="900" style="border:0"></iframe>
        <script>addEventListener('load', () => { document.querySelector('iframe').contentDocument
        .querySelectorAll('details').forEach(d => d.open = true); \(script) })</script>
        """.write(toFile: frame, atomically: true, encoding: .utf8)
        let run = try chromium(["--allow-file-access-from-files", "--dump-dom", "file://\(frame)"]).succeeded()
        return run.outputText.firstMatch(of: /<title>([^<]*)<\/title>/).map { String($0.output.1) } ?? run.transcript
    }

    @Test("fits a phone and a desk, and draws its charts", arguments: [360, 1280])
    func fits(width: Int) throws {
        #expect(try measured(width: width) == "width \(width), charts true, mailboxes 11, scripts 0")
    }

    @Test(
        "can be photographed, light and dark: MAILBACKUP_SCREENSHOTS=DIR keeps the pictures", arguments: [false, true])
    func picture(isDark: Bool) throws {
        let folder = ProcessInfo.processInfo.environment["MAILBACKUP_SCREENSHOTS"] ?? directory.path
        var sizes: [Int] = []
        for width in [500, 1280] {
            let picture = "\(folder)/report-\(width)-\(isDark ? "dark" : "light").png"
            let colours = isDark ? ["--blink-settings=preferredColorScheme=0"] : []
            let run = try chromium(
                colours + ["--window-size=\(width),2600", "--screenshot=\(picture)", "file://\(page)"])
            let data = try #require(FileManager.default.contents(atPath: picture), "\(run.transcript)")
            #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            sizes.append(data.count)
        }
        // A page without anything on it takes a few kilobytes.
        #expect(sizes.allSatisfy { $0 > 60_000 }, "\(sizes)")
    }
}
