import IMAP
import Synchronization

/// Makes the connections of a store, one after the other. Once the account was refused, nobody asks again: that may lock the
/// account. The same where logons fail again and again without a word: some servers hang up instead of saying no.
final class SessionOpener: Sendable {
    fileprivate struct State {
        var refusal: IMAPError?
        /// Logons in a row that ended without an answer.
        var failures = 0
    }

    private let options: SessionOptions
    private let gate = SerialGate()
    private let state = Mutex(State())

    init(options: SessionOptions) {
        self.options = options
    }

    /// - Parameter isExtra: there is another connection: a refusal in mere words may mean that one is enough.
    func open(isExtra: Bool) async throws(IMAPError) -> IMAPSession {
        await gate.enter()
        defer { gate.leave() }
        if let refusal = state.withLock({ $0.refusal }) { throw refusal }
        do throws(IMAPError) {
            let session = try await IMAPSession.open(options)
            state.withLock { $0.failures = 0 }
            return session
        } catch {
            throw state.withLock { $0.note(error, isExtra: isExtra) }
        }
    }
}

extension SessionOpener.State {
    /// - Returns: what to tell of it.
    fileprivate mutating func note(_ error: IMAPError, isExtra: Bool) -> IMAPError {
        guard error.isAtLogon, !error.isBusy, error.code != .cancelled else { return error }
        if error.code == .refused {
            if !isExtra || !error.mayBeLimit { refusal = error }
            return error
        }
        failures += 1
        guard failures >= StoreLimits.logonAttempts else { return error }
        let final = IMAPError(
            .refused, "\(failures) logons in a row have failed: \(error.message)", response: error.response)
        refusal = final
        return final
    }
}
