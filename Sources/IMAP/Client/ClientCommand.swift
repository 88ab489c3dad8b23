package import IMAPGrammar
import Synchronization

/// A command on its way to a server, and whom to tell.
package struct ClientCommand: Sendable {
    enum Effect: Sendable {
        case none
        /// STARTTLS: an OK is followed by TLS, not one byte in between.
        case startTLS
        /// COMPRESS: everything after the OK is compressed.
        case compress
    }

    package let text: CommandText
    /// Answers challenges: AUTHENTICATE.
    var authentication: (any SASLMechanism)?
    var effect = Effect.none
    /// What the command tells the server, and nobody else may be told.
    var secret: Secret?
    let receiver: (any ResponseReceiver)?
    package let completion: CommandCompletion

    package init(text: CommandText, receiver: (any ResponseReceiver)? = nil) {
        self.init(text: text, authentication: nil, effect: .none, receiver: receiver)
    }

    init(
        text: CommandText, authentication: (any SASLMechanism)? = nil, effect: Effect = .none, secret: Secret? = nil,
        receiver: (any ResponseReceiver)? = nil
    ) {
        self.secret = secret
        self.text = text
        self.authentication = authentication
        self.effect = effect
        self.receiver = receiver
        completion = CommandCompletion()
    }

    /// Whether nothing may be sent before it is answered.
    var isExclusive: Bool {
        if authentication != nil { return true }
        if case .none = effect { return false }
        return true
    }
}

/// Tells the outcome of a command once: whoever comes first, the server's answer, a failure, or the caller who no longer
/// waits.
package final class CommandCompletion: Sendable {
    package typealias Outcome = Result<StatusResponse, IMAPError>

    private enum State {
        case running
        case awaited(CheckedContinuation<Outcome, Never>)
        case finished(Outcome)
    }

    private let state = Mutex(State.running)

    package init() {}

    package func finish(_ outcome: Outcome) {
        let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            switch state {
            case .running:
                state = .finished(outcome)
                return nil
            case .awaited(let continuation):
                state = .finished(outcome)
                return continuation
            case .finished:
                return nil
            }
        }
        waiting?.resume(returning: outcome)
    }

    /// nil while the command runs.
    package var finished: Outcome? {
        state.withLock { if case .finished(let outcome) = $0 { outcome } else { nil } }
    }

    /// Waits; to be called once. Where the task is cancelled, the outcome is ``IMAPError/Code/cancelled``, whatever
    /// becomes of the command.
    package func outcome() async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let finished: Outcome? = state.withLock { state in
                    if case .finished(let outcome) = state { return outcome }
                    state = .awaited(continuation)
                    return nil
                }
                if let finished { continuation.resume(returning: finished) }
            }
        } onCancel: {
            finish(.failure(IMAPError(.cancelled, "stopped")))
        }
    }
}
