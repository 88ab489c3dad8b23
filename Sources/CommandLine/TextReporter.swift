import MailStore
import Transfer

/// Events for a person: what was copied on stdout, what went wrong on stderr. Beside a JSON log, which has all
/// this, it shows only the progress and why a run ended early.
final class TextReporter: Reporter {
    private let run: RunDescription
    /// nil beside a JSON log.
    private let output: Output?
    private let errors: Output
    private let progress: ProgressBar?
    private let usesColor: Bool

    init(run: RunDescription, output: Output?, errors: Output, progress: ProgressBar?, usesColor: Bool) {
        self.run = run
        self.output = output
        self.errors = errors
        self.progress = progress
        self.usesColor = usesColor
    }

    func report(_ event: TransferEvent) {
        switch event {
        case .runStarted(let start):
            // A server's name tells the user already.
            let user = run.user.map { start.source.hasPrefix("\($0) ") ? "" : "\($0) at " } ?? ""
            say("Opened \(user)\(start.source)")
            if run.isVerbose {
                for path in start.skipped { say(" - \(path.description) is not selected") }
            }
        case .folder(let folder, let counts):
            say(Self.folderLine(folder, counts))
        case .problem(let problem):
            tell(problem)
        case .progress(let state):
            progress?.show(state, elapsed: run.elapsed)
        case .checkpoint(let counts):
            if run.isVerbose { say("Checkpoint: \(Format.count(counts.saved, "message")) saved") }
        case .runFinished(let result):
            progress?.clear()
            finish(result)
        }
    }

    static func folderLine(_ folder: FolderInfo, _ counts: TransferCounts) -> String {
        let noun = counts.saved == 1 ? "message " : "messages"
        let size = Format.bytes(counts.bytes).padded(to: 9, onLeft: true)
        let name = folder.path.description.printable.padded(to: 24)
        let line = " * \(name) \(Format.count(counts.saved).padded(to: 8, onLeft: true)) \(noun)\(size)"
        return ([line] + changes(counts)).joined(separator: ", ")
    }

    /// What happened to messages that were there already.
    private static func changes(_ counts: TransferCounts) -> [String] {
        var parts: [String] = []
        if counts.replaced > 0 { parts.append("\(Format.count(counts.replaced)) replaced") }
        if counts.stateChanged > 0 { parts.append("\(Format.count(counts.stateChanged)) changed") }
        if counts.moved > 0 { parts.append("\(Format.count(counts.moved)) moved") }
        if counts.deleted > 0 { parts.append("\(Format.count(counts.deleted)) deleted") }
        let kept = counts.gone - counts.deleted
        if kept > 0 { parts.append("\(Format.count(kept)) gone and kept") }
        if counts.archived > 0 { parts.append("\(Format.count(counts.archived)) removed from the source") }
        return parts
    }

    private func say(_ line: String) {
        guard !run.isQuiet, let output else { return }
        progress?.clear()
        output.write(line.printable + "\n")
    }

    private func tell(_ problem: TransferProblem) {
        let isNotice = problem.severity == .notice
        guard output != nil, !isNotice || !run.isQuiet else { return }
        progress?.clear()
        complain(Self.line(problem.error), color: isNotice ? nil : .yellow)
    }

    /// "FOLDER: MESSAGE: what is wrong".
    static func line(_ error: StoreError) -> String {
        let places = [error.folder?.description, error.messageID?.rawValue].compactMap { $0 }
        return (places + [error.message]).joined(separator: ": ")
    }

    private func finish(_ result: TransferResult) {
        let counts = result.counts
        if let failure = result.failure {
            var text = Self.line(failure)
            if failure.code == .cancelled {
                let saved = Format.count(counts.saved, "message")
                text += counts.saved > 0 && !run.isDryRun ? ": \(run.out) holds \(saved)" : ": nothing written"
            }
            complain(text, color: .red)
            return
        }
        say("\(run.out): \(Self.summary(result, elapsed: run.elapsed, isDryRun: run.isDryRun))")
        for part in result.parts where part.saved > 0 || run.isVerbose {
            say("   \(part.path): \(Format.bytes(part.bytes)), \(Format.count(part.saved, "new message"))")
        }
    }

    /// "20,155 messages, 0 problems, 1.9 GB in 00:01:12 · state 17".
    static func summary(_ result: TransferResult, elapsed: Duration, isDryRun: Bool) -> String {
        let counts = result.counts
        var parts = [Format.count(counts.saved, "message"), Format.count(counts.problems, "problem")]
        if counts.alreadyThere > 0 { parts.append("\(Format.count(counts.alreadyThere)) already there") }
        parts += changes(counts)
        if counts.composed > 0 { parts.append("\(Format.count(counts.composed)) composed from properties") }
        if counts.notSelected > 0 { parts.append("\(Format.count(counts.notSelected)) not selected") }
        if counts.vanished > 0 { parts.append("\(Format.count(counts.vanished)) vanished") }
        let size = "\(Format.bytes(counts.bytes)) in \(Format.duration(elapsed))"
        let state = result.run.map { " · state \($0)" } ?? ""
        let note = isDryRun ? " · dry run, nothing written" : state
        return "\(parts.joined(separator: ", ")), \(size)\(note)"
    }

    private enum Color: String {
        case red = "31"
        case yellow = "33"
    }

    private func complain(_ text: String, color: Color?) {
        let name = "mailbackup:"
        let shown = color.map { usesColor ? "\u{1B}[\($0.rawValue)m\(name)\u{1B}[0m" : name } ?? name
        errors.write("\(shown) \(text.printable)\n")
    }
}
