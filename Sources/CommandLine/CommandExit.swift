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
        throw ExitCode(status.rawValue)
    }
}
