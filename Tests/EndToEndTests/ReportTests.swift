import Foundation
import TestSupport
import Testing

/// The files that `mailbackup report` and `mailbackup status --metrics` write.
@Suite("mailbackup report")
struct ReportTests {
    @Test("writes page and metrics of the runs before it, and replaces them as a whole: 0")
    func wellAndGood() throws {
        let place = try BackupPlace(messages: 6)
        let pst = place.path("fredb.pst")
        #expect(try place.copy(to: pst, "--since-state", "last").status == 0)
        try place.deliver(7...9)
        #expect(try place.copy(to: pst, "--since-state", "last").status == 0)
        let (page, metrics) = (place.path("report.html"), place.path("link.prom"))
        // A link stays one: web servers and collectors are given such.
        try FileManager.default.createSymbolicLink(atPath: metrics, withDestinationPath: place.path("real.prom"))
        try "old, and longer than nothing".write(toFile: place.path("real.prom"), atomically: true, encoding: .utf8)
        let run = try place.run("report", "--html", page, "--metrics", metrics, "--title", "Fred & <Co>")
        #expect(run.status == 0 && run.output.isEmpty && run.errorOutput.isEmpty, "\(run.transcript)")
        let text = try String(contentsOfFile: page, encoding: .utf8)
        for part in ["<title>Fred &amp; &lt;Co&gt;</title>", "fredb.pst", "all well", "Size of the PSTs", "complete"] {
            #expect(text.contains(part), "\(part) is not in the page")
        }
        let figures = try String(contentsOfFile: place.path("real.prom"), encoding: .utf8)
        let size = try FileManager.default.attributesOfItem(atPath: pst)[.size] as? Int ?? 0
        for line in [
            "mailbackup_messages{user=\"fredb\"} 9", "mailbackup_last_run_new_messages{user=\"fredb\"} 3",
            "mailbackup_pst_bytes{user=\"fredb\"} \(size)",
            "mailbackup_last_run_state{user=\"fredb\",state=\"complete\"} 1",
        ] {
            #expect(figures.contains(line + "\n"), "\(line) is not in \(figures)")
        }
        // The size is that of each run, and not only of now.
        let status = try place.run("status", "--json").succeeded()
        #expect(status.outputText.contains("\"pst_bytes\":\(size)"), "\(status.transcript)")
        #expect(
            try place.directory.entries() == ["Maildir", "fredb.pst", "link.prom", "real.prom", "report.html", "state"])
    }

    @Test("tells what needs attention, also a journal that cannot be read: 1")
    func attention() throws {
        let place = try BackupPlace(messages: 3)
        #expect(try place.copy(to: place.path("fredb.pst"), "--folder", "Nowhere").status == 66)
        let damaged = place.state + "/mailbackup/x<b>.sqlite"
        try String(repeating: "no journal ", count: 1000).write(toFile: damaged, atomically: true, encoding: .utf8)
        let page = place.path("report.html")
        let run = try place.run("report", "--html", page)
        #expect(run.status == 1, "\(run.transcript)")
        let text = try String(contentsOfFile: page, encoding: .utf8)
        for part in ["Needs attention", "journal unreadable", "x&lt;b&gt;", "Nowhere", "failed"] {
            #expect(text.contains(part), "\(part) is not in the page")
        }
        let fredOnly = try place.run("report", "--html", page, "--user", "fredb")
        #expect(fredOnly.status == 1, "\(fredOnly.transcript)")
        #expect(!(try String(contentsOfFile: page, encoding: .utf8)).contains("journal unreadable"))
    }

    @Test("refuses what cannot be written with one line, and leaves what is there as it is")
    func refused() throws {
        let place = try BackupPlace(messages: 1)
        #expect(try place.run("report", "--html", place.path("none.html")).status == 66)
        #expect(try place.copy(to: place.path("fredb.pst")).status == 0)
        try FileManager.default.createDirectory(atPath: place.path("directory"), withIntermediateDirectories: false)
        for (arguments, status) in [
            ([], 64), (["--html", ""], 64), (["--html", place.path("none/report.html")], 73),
            (["--html", place.path("directory")], 73), (["--html", "/dev/null"], 73),
            (["--html", place.path("a.html"), "--overdue", "0"], 64),
            (["--html", place.path("a.html"), "--user", "nobody"], 66),
        ] as [([String], Int32)] {
            let run = try CommandRun.run(
                BuiltProgram.mailbackup, ["report"] + arguments, environment: ["XDG_STATE_HOME": place.state])
            #expect(run.status == status, "\(arguments): \(run.transcript)")
            #expect(run.errorOutput.split(separator: "\n").count == 1, "\(arguments): \(run.transcript)")
        }
        #expect(try place.directory.entries() == ["Maildir", "directory", "fredb.pst", "state"])
        var isDirectory: ObjCBool = false
        #expect(
            FileManager.default.fileExists(atPath: "/dev/null", isDirectory: &isDirectory) && !isDirectory.boolValue)
    }

    @Test("of status, metrics are written beside what it prints")
    func statusMetrics() throws {
        let place = try BackupPlace(messages: 2)
        #expect(try place.copy(to: place.path("fredb.pst")).status == 0)
        let run = try place.run("status", "--metrics", place.path("m.prom"))
        #expect(run.status == 0 && run.outputText.contains("fredb: 1 runs"), "\(run.transcript)")
        #expect(
            try String(contentsOfFile: place.path("m.prom"), encoding: .utf8).contains(
                "mailbackup_messages{user=\"fredb\"} 2\n"))
        let refused = try place.run("status", "--metrics", place.path("none/m.prom"))
        #expect(refused.status == 73, "\(refused.transcript)")
    }
}
