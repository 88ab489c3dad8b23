import MailStore
import Transfer

/// What became of one mailbox.
struct MailboxOutcome: Sendable {
    enum State: Sendable {
        /// It was begun, and this is how it ended.
        case done(TransferResult, elapsed: Duration)
        /// The run stopped it; it is valid at its last checkpoint, and the next run goes on.
        case stopped(TransferResult, RunEnd)
        /// The run ended before it came to be.
        case notBegun(RunEnd)
    }

    let user: String
    let out: String
    let state: State

    var result: TransferResult? {
        switch state {
        case .done(let result, _), .stopped(let result, _): result
        case .notBegun: nil
        }
    }

    /// Why it failed; nil where it did not, or the run stopped it.
    var failure: StoreError? {
        if case .done(let result, _) = state { result.failure } else { nil }
    }

    /// It was copied to its end, perhaps with problems.
    var isComplete: Bool {
        if case .done(let result, _) = state { result.failure == nil } else { false }
    }

    var hasProblems: Bool { isComplete && (result?.counts.hasProblems ?? false) }

    /// "access denied? …" and other failures, as an administrator asks about them.
    static func text(_ error: StoreError) -> String {
        let question =
            switch error.code {
            case .accessDenied, .loginRefused: "access denied? "
            case .unavailable: "server away? "
            default: ""
            }
        return question + TextReporter.line(error)
    }
}

/// Why a run ended before it was through.
enum RunEnd: Hashable, Sendable {
    /// `--until`.
    case time(TimeOfDay)
    /// `--max-download`.
    case downloaded
    /// A signal.
    case interrupted

    var text: String {
        switch self {
        case .time(let time): "it is \(time)"
        case .downloaded: "the bytes that may be fetched in one run are spent"
        case .interrupted: "the run was interrupted"
        }
    }
}

extension TransferCounts {
    var hasProblems: Bool { problems > 0 || failed > 0 || !agree }
}
