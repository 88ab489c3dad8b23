import ArgumentParser
import Glibc
import Transfer

/// How a command tells what it does.
struct DisplayOptions: ParsableArguments {
    @Flag(help: "Not one byte on success.")
    var quiet = false

    @Flag(help: "Tell more: folders not selected, checkpoints.")
    var verbose = false

    @Option(help: "Show progress on stderr.")
    var progress = When.auto

    @Option(help: "The form of the log on stdout; json: one object a line.")
    var logFormat = LogFormat.text

    @Option(help: "Color on stderr; auto heeds NO_COLOR.")
    var color = When.auto

    enum When: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
        if quiet && progress == .always { throw ValidationError("--quiet and --progress always exclude each other") }
    }

    var showsProgress: Bool {
        switch progress {
        case .always: true
        case .never: false
        case .auto: !quiet && isatty(STDERR_FILENO) == 1
        }
    }

    private var usesColor: Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto: isatty(STDERR_FILENO) == 1 && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
        }
    }

    func reporter(for run: RunDescription, output: Output) -> any Reporter {
        let errors = Output(descriptor: STDERR_FILENO)
        let bar = showsProgress ? ProgressBar(output: errors) : nil
        let text = TextReporter(
            run: run, output: logFormat == .text ? output : nil, errors: errors, progress: bar, usesColor: usesColor)
        return logFormat == .text ? text : TwoReporters(JSONReporter(output: output, run: run), text)
    }
}

/// Both hear everything.
private struct TwoReporters: Reporter {
    private let first: any Reporter
    private let second: any Reporter

    init(_ first: any Reporter, _ second: any Reporter) {
        self.first = first
        self.second = second
    }

    func report(_ event: TransferEvent) {
        first.report(event)
        second.report(event)
    }
}
