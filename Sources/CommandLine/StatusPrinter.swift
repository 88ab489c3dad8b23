import Glibc
import Journal
import MAPI
import MailStore
import PSTStore

/// A journal's status for people and for programs.
struct StatusPrinter {
    let name: String
    let status: JournalStatus
    /// Of the last run: what was stored although something is wrong with it.
    let problems: [JournalProblem]
    /// How many runs are shown.
    let runs: Int

    /// The last run did not end well.
    var needsAttention: Bool {
        guard let last = status.runs.first else { return false }
        return last.result.map { $0.status != .complete } ?? !isRunning(last)
    }

    private func isRunning(_ run: JournalRun) -> Bool {
        // The process may be someone else's, or the number another process's by now; it is only told.
        kill(pid_t(truncatingIfNeeded: run.process), 0) == 0 || errno == EPERM
    }

    var text: String {
        var lines = ["\(name): \(Format.count(status.runs.first?.number ?? 0)) runs, journal \(status.path)"]
        // A run that failed before its first checkpoint leaves the name of a PST behind, and no PST.
        for store in status.stores where Self.size(store) != nil || store.messages + store.gone > 0 {
            let size = Self.size(store).map { Format.bytes($0) } ?? "not there any more"
            var line = "   \(store.store.path): \(Format.count(store.messages, "message"))"
            line += " in \(Format.count(store.folders, "folder")), \(size)"
            if store.gone > 0 { line += ", \(Format.count(store.gone)) gone at the source and kept" }
            if store.store.kind == .delta, let since = store.store.sinceRun { line += ", changes since state \(since)" }
            lines.append(line)
            for part in Self.parts(store) {
                lines.append("      \(part.path): \(part.size.map { Format.bytes($0) } ?? "not there any more")")
            }
        }
        for run in status.runs.prefix(runs) { lines.append(" * " + Self.line(run, isRunning: isRunning(run))) }
        for failure in status.failures.prefix(20) {
            lines.append(
                " ! \(failure.path.description): \(failure.messageID.rawValue): \(failure.text)"
                    + " (\(Format.count(failure.attempts, "attempt")) since state \(failure.firstRun))")
        }
        if status.failureCount > 20 { lines.append(" ! and \(Format.count(status.failureCount - 20)) more") }
        for problem in problems.prefix(20) {
            let place = [problem.path?.description, problem.messageID?.rawValue].compactMap(\.self)
            lines.append(" - " + (place + [problem.text]).joined(separator: ": "))
        }
        if problems.count > 20 { lines.append(" - and \(Format.count(problems.count - 20)) more") }
        return lines.map { $0.printable + "\n" }.joined()
    }

    /// The files of a PST; none where it is one alone.
    private static func parts(_ store: StoreStatus) -> [(path: String, size: Int?)] {
        let labels = SetGeneration(store.store.generation).parts.map(\.label)
        guard labels != [""] else { return [] }
        return labels.map { label in
            let path = PSTParts.path(store.store.path, label: label)
            return (path, OutputFile.size(path))
        }
    }

    /// Of all parts together; nil where there is none of them.
    private static func size(_ store: StoreStatus) -> Int? {
        let sizes = parts(store).compactMap(\.size)
        return sizes.isEmpty ? store.fileSize : sizes.reduce(0, +)
    }

    private static func line(_ run: JournalRun, isRunning: Bool) -> String {
        let counts = run.counts
        let outcome: String
        switch run.result?.status {
        case .complete?: outcome = "complete"
        case .problems?: outcome = Format.count(counts["problems"], "problem")
        case .interrupted?: outcome = "interrupted"
        case .failed?: outcome = "failed: \(run.result?.failure ?? "")"
        case nil: outcome = isRunning ? "running" : "broke off"
        }
        var parts = ["\(Format.count(counts["saved"])) new"]
        for (key, text) in [
            ("state_changed", "changed"), ("moved", "moved"), ("deleted", "deleted"), ("archived", "archived"),
        ]
        where counts[key] > 0 {
            parts.append("\(Format.count(counts[key])) \(text)")
        }
        var time = Format.timestamp(run.intention.started)
        if let finished = run.result?.finished {
            time +=
                " for \(Format.duration(.seconds(max(0, finished.unixSeconds - run.intention.started.unixSeconds))))"
        }
        return
            "state \(run.number)  \(time)  \(parts.joined(separator: ", ")), \(Format.bytes(counts["bytes"]))  \(outcome)"
    }

    var json: String {
        var lines: [String] = []
        for store in status.stores {
            var object = begin("store")
            object.set("out", store.store.path)
            object.set("kind", store.store.kind.rawValue)
            object.set("sources", store.sources)
            object.set("folders", store.folders)
            object.set("messages", store.messages)
            object.set("gone", store.gone)
            object.set("message_bytes", store.messageBytes)
            if let size = Self.size(store) { object.set("bytes", size) }
            if let modified = store.modified { object.set("modified", Format.timestamp(modified)) }
            lines.append(object.line)
            for part in Self.parts(store) {
                var object = begin("part")
                object.set("out", store.store.path)
                object.set("file", part.path)
                if let size = part.size { object.set("bytes", size) }
                lines.append(object.line)
            }
        }
        for run in status.runs.prefix(runs) {
            var object = begin("run")
            object.set("state", run.number)
            object.set("source", run.intention.source)
            object.set("out", run.intention.destination)
            object.set("kind", run.intention.kind.rawValue)
            if let since = run.intention.since { object.set("since", since) }
            object.set("started", Format.timestamp(run.intention.started))
            if let result = run.result {
                object.set("finished", Format.timestamp(result.finished))
                object.set("result", result.status.rawValue)
                if let failure = result.failure { object.set("message", failure) }
            } else {
                object.set("result", isRunning(run) ? "running" : "broken-off")
            }
            for (key, value) in run.counts.values.sorted(by: { $0.key < $1.key }) { object.set(key, value) }
            lines.append(object.line)
        }
        for failure in status.failures {
            var object = begin("failure")
            object.set("folder", failure.path.description)
            object.set("message_id", failure.messageID.rawValue)
            object.set("message", failure.text)
            object.set("attempts", failure.attempts)
            object.set("first_state", failure.firstRun)
            object.set("last_state", failure.lastRun)
            lines.append(object.line)
        }
        for problem in problems {
            var object = begin("problem")
            if let path = problem.path { object.set("folder", path.description) }
            if let id = problem.messageID { object.set("message_id", id.rawValue) }
            object.set("message", problem.text)
            lines.append(object.line)
        }
        return lines.joined()
    }

    private func begin(_ event: String) -> JSONObject {
        var object = JSONObject()
        object.set("schema", JSONReporter.schema)
        object.set("event", event)
        object.set("journal", name)
        return object
    }
}
