import Synchronization

/// Why a connection ended, kept for the commands that come too late to be told by its handler.
final class ConnectionEnd: Sendable {
    private let reason = Mutex<IMAPError?>(nil)

    /// Keeps the first reason: what follows from it says less.
    func record(_ error: IMAPError) {
        reason.withLock { $0 = $0 ?? error }
    }

    /// The reason, as far as one is known.
    var error: IMAPError { reason.withLock { $0 } ?? IMAPError(.closed, "the connection was lost") }

    /// For a command that was never sent, and so is not to blame.
    var lateError: IMAPError {
        var error = error
        error.isLate = true
        return error
    }
}
