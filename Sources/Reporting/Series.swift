import MAPI

/// What the charts show, from runs.
enum Series {
    /// Points that one chart has room for.
    static let limit = 90

    /// How the PSTs of a mailbox grew.
    static func growth(of mailbox: MailboxReport) -> Chart {
        let points = mailbox.runs.compactMap { run -> Chart.Point? in
            guard let bytes = run.storedBytes, let time = run.finished else { return nil }
            return Chart.Point(
                time: time, value: bytes, label: "\(Figures.minute(time)): \(Figures.bytes(bytes))")
        }
        return Chart(form: .line, unit: .bytes, caption: "Size of the PSTs", points: Array(points.suffix(limit)))
    }

    /// How long the runs of a mailbox took.
    static func durations(of mailbox: MailboxReport) -> Chart {
        let points = mailbox.runs.compactMap { run -> Chart.Point? in
            guard let seconds = run.seconds else { return nil }
            let begin = Figures.minute(run.started)
            return Chart.Point(
                time: run.started, value: seconds, isBad: run.outcome == .failed || run.outcome == .interrupted,
                label: "\(begin): \(Figures.span(seconds: seconds)), \(run.outcome.label)")
        }
        return Chart(form: .bars, unit: .seconds, caption: "Duration of the runs", points: Array(points.suffix(limit)))
    }

    /// How all PSTs together grew, one point a day: of each mailbox the last size known by then.
    static func growth(of report: BackupReport) -> Chart {
        var latest: [Int: Int] = [:]
        var sum = 0
        var points: [Chart.Point] = []
        let sizes = report.mailboxes.enumerated().flatMap { index, mailbox in
            mailbox.runs.compactMap { run in
                run.storedBytes.flatMap { bytes in run.finished.map { (time: $0, mailbox: index, bytes: bytes) } }
            }
        }
        for size in sizes.sorted(by: { ($0.time, $0.mailbox) < ($1.time, $1.mailbox) }) {
            sum = sum.addingReportingOverflow(size.bytes - (latest[size.mailbox] ?? 0)).partialValue
            latest[size.mailbox] = size.bytes
            let point = Chart.Point(
                time: size.time, value: sum, label: "\(Figures.minute(size.time)): \(Figures.bytes(sum))")
            if let last = points.last, day(last.time) == day(size.time) { points.removeLast() }
            points.append(point)
        }
        return Chart(form: .line, unit: .bytes, caption: "Size of all PSTs", points: Array(points.suffix(limit)))
    }

    /// How long the mailboxes of a day took, added up.
    static func durations(of report: BackupReport) -> Chart {
        var days: [Int64: (time: FileTime, seconds: Int, failed: Int)] = [:]
        for run in report.mailboxes.flatMap(\.runs) {
            guard let seconds = run.seconds else { continue }
            var entry = days[day(run.started)] ?? (run.started, 0, 0)
            entry.seconds = entry.seconds.addingReportingOverflow(seconds).partialValue
            if run.outcome == .failed { entry.failed += 1 }
            days[day(run.started)] = entry
        }
        let points = days.sorted { $0.key < $1.key }.map { _, entry in
            let failed = entry.failed > 0 ? ", \(Figures.count(entry.failed)) failed" : ""
            return Chart.Point(
                time: entry.time, value: entry.seconds, isBad: entry.failed > 0,
                label: "\(Figures.day(entry.time)): \(Figures.span(seconds: entry.seconds))\(failed)")
        }
        return Chart(
            form: .bars, unit: .seconds, caption: "Time for all mailboxes, by day", points: Array(points.suffix(limit)))
    }

    /// Days since 1970, UTC.
    private static func day(_ time: FileTime) -> Int64 { time.unixSeconds / 86_400 }
}
