import ArgumentParser
import Glibc
import MailStore
import Transfer

/// What the commands that copy have in common: signals, reports, exit status.
struct TransferRun {
    let display: DisplayOptions
    /// nil where the source is no user's mailbox.
    let user: String?
    let out: String
    let isDryRun: Bool

    /// Runs `body`; throws the exit status.
    func run(_ body: @escaping @Sendable (any Reporter) async -> TransferResult) async throws -> Never {
        // A reader of our output that goes away must not end the copy.
        signal(SIGPIPE, SIG_IGN)
        let interruption = Interruption()
        let output = Output(descriptor: STDOUT_FILENO)
        let run = RunDescription(
            user: user, out: out, isDryRun: isDryRun, isQuiet: display.quiet, isVerbose: display.verbose,
            interruption: interruption)
        let reporter = display.reporter(for: run, output: output)
        let task = Task { await body(reporter) }
        interruption.watch { task.cancel() }
        let status = run.status(await task.value)
        throw ExitCode(CommandExit.told(status, output, Output(descriptor: STDERR_FILENO)).rawValue)
    }

    /// A run that ended before anything was copied.
    static func failed(_ error: StoreError, _ reporter: any Reporter) -> TransferResult {
        let result = TransferResult(counts: TransferCounts(), failure: error)
        reporter.report(.runFinished(result))
        return result
    }
}
