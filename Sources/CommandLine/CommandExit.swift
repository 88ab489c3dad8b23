import ArgumentParser
import Glibc
import MailStore

/// How commands that only tell something run and end.
enum CommandExit {
    /// Runs `body` with stdout and stderr; an error becomes one line on stderr.
    /// - Throws: the exit status, always.
    static func run(
        _ body: (_ output: Output, _ errors: Output) async throws(StoreError) -> ExitStatus
    ) async throws -> Never {
        signal(SIGPIPE, SIG_IGN)
        let output = Output(descriptor: STDOUT_FILENO)
        let errors = Output(descriptor: STDERR_FILENO)
        let status: ExitStatus
        do throws(StoreError) {
            status = try await body(output, errors)
        } catch {
            errors.write("mailbackup: \(TextReporter.line(error).printable)\n")
            status = ExitStatus(error, signal: nil)
        }
        throw ExitCode(told(status, output, errors).rawValue)
    }

    /// The status of a command whose report went to `output`: no success where it could not be written. A reader that has seen
    /// enough and went away is no failure.
    static func told(_ status: ExitStatus, _ output: Output, _ errors: Output) -> ExitStatus {
        guard status == .success, output.failure != 0, output.failure != EPIPE else { return status }
        errors.write("mailbackup: the report could not be written to stdout\n")
        return .inputOutput
    }
}
