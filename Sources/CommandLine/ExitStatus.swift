import MailStore
import Transfer

/// The exit statuses of every command (sysexits.h); decided here alone.
struct ExitStatus: RawRepresentable, Hashable {
    let rawValue: Int32

    static let success = ExitStatus(rawValue: 0)
    static let problems = ExitStatus(rawValue: 1)
    static let usage = ExitStatus(rawValue: 64)
    static let badData = ExitStatus(rawValue: 65)
    static let noInput = ExitStatus(rawValue: 66)
    static let unavailable = ExitStatus(rawValue: 69)
    static let cannotCreate = ExitStatus(rawValue: 73)
    static let inputOutput = ExitStatus(rawValue: 74)
    static let temporary = ExitStatus(rawValue: 75)
    static let accessDenied = ExitStatus(rawValue: 77)
    static let configuration = ExitStatus(rawValue: 78)

    /// As shells report a process that `signal` ended.
    static func signal(_ signal: Int32) -> ExitStatus { ExitStatus(rawValue: 128 + signal) }

    init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// - Parameter signal: the signal that stopped the run, where one did.
    init(_ error: StoreError, signal: Int32?) {
        self =
            switch error.code {
            case .badData: .badData
            case .noInput, .vanished: .noInput
            case .unavailable: .unavailable
            case .cannotCreate: .cannotCreate
            case .inputOutput: .inputOutput
            case .temporary: .temporary
            case .accessDenied, .loginRefused: .accessDenied
            case .configuration: .configuration
            case .cancelled: .signal(signal ?? 2)
            }
    }

    init(_ result: TransferResult, signal: Int32?) {
        if let failure = result.failure {
            self.init(failure, signal: signal)
        } else {
            let isClean = result.counts.problems == 0 && result.counts.failed == 0 && result.counts.agree
            self = isClean ? .success : .problems
        }
    }

    /// For `--help`.
    /// - Parameters:
    ///   - own: what statuses mean to the command, where that is something of its own.
    ///   - without: statuses it never has.
    static func explanation(_ own: [Int: String], without: Set<Int> = []) -> String {
        let lines = meanings.filter { !without.contains($0.status) }.map { status, meaning in
            "  \(String(status).padded(to: 4)) \(own[status] ?? meaning)"
        }
        return (["Exit status:"] + lines).joined(separator: "\n")
    }

    private static let meanings: [(status: Int, meaning: String)] = [
        (0, "everything selected is in the PST"),
        (1, "done, but some messages or folders have problems (each is listed)"),
        (64, "usage error"),
        (65, "bad data: counts do not agree"),
        (66, "no such source"),
        (69, "the server does not answer"),
        (73, "the output exists or cannot be created"),
        (74, "input/output error (disk full, …)"),
        (75, "temporary failure, try again"),
        (77, "login refused, access denied"),
        (78, "configuration: no source for the user"),
        (130, "interrupted, 143 terminated: the PST holds what was saved by then"),
    ]
}
