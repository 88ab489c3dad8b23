import IMAP
import IMAPGrammar

/// Holds one session, and makes a new one when it is lost.
actor SessionProvider {
    private let options: IMAPOptions
    private var current: IMAPSession?
    private var opening: Task<Result<IMAPSession, IMAPError>, Never>?
    private var isClosed = false

    init(options: IMAPOptions, session: IMAPSession? = nil) {
        self.options = options
        current = session
    }

    /// The session; one is made where there is none. Tasks that ask at the same time get the same one.
    func session() async throws(IMAPError) -> IMAPSession {
        if let current { return current }
        guard !isClosed else { throw IMAPError(.cancelled, "the store was closed") }
        let task: Task<Result<IMAPSession, IMAPError>, Never>
        if let opening {
            task = opening
        } else {
            let session = options.session
            task = Task {
                do throws(IMAPError) {
                    return .success(try await IMAPSession.open(session))
                } catch {
                    return .failure(error)
                }
            }
            opening = task
        }
        let result = await task.value
        opening = nil
        if case .success(let session) = result, current == nil, !isClosed { current = session }
        return try result.get()
    }

    /// Drops a session that no longer works.
    func drop(_ session: IMAPSession) {
        session.connection.close()
        if current === session { current = nil }
    }

    func close() async {
        isClosed = true
        let last = current
        current = nil
        await last?.logOut()
    }

    /// Does something that reads, again and on a new connection where it fails on the way.
    nonisolated func perform<Value: Sendable>(
        _ body: (IMAPSession) async throws(IMAPError) -> Value
    ) async throws(IMAPError) -> Value {
        var backoff = Backoff()
        while true {
            do throws(IMAPError) {
                let session = try await session()
                do throws(IMAPError) {
                    return try await body(session)
                } catch {
                    if error.endsConnection { await drop(session) }
                    throw error
                }
            } catch {
                guard let wait = backoff.wait(after: error, attempts: options.attempts) else { throw error }
                try await pause(wait)
            }
        }
    }

    /// Does something on a connection of its own, which sees the server as it is now.
    nonisolated func performAside<Value: Sendable>(
        _ body: (IMAPSession) async throws(IMAPError) -> Value
    ) async throws(IMAPError) -> Value {
        let session = try await IMAPSession.open(options.session)
        let result: Result<Value, IMAPError>
        do throws(IMAPError) {
            result = .success(try await body(session))
        } catch {
            result = .failure(error)
        }
        await session.logOut()
        return try result.get()
    }

    nonisolated func pause(_ duration: Duration) async throws(IMAPError) {
        if Task.isCancelled { throw IMAPError(.cancelled, "stopped") }
        guard duration > .zero else { return }
        do {
            try await options.sleep(duration)
        } catch {
            throw IMAPError(.cancelled, "stopped")
        }
    }
}

extension IMAPError {
    /// Whether nothing more can come of the connection it happened on.
    var endsConnection: Bool {
        switch code {
        case .unreachable, .closed, .timedOut, .security, .clearText, .protocolViolation, .spool: true
        case .rejected, .refused: response?.code?.otherName == "UNAVAILABLE"
        case .notUnderstood, .configuration, .cancelled: false
        }
    }
}
