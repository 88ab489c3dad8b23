import IMAP
import IMAPGrammar

/// Holds one session, and makes a new one when it is lost.
actor SessionProvider {
    private let options: IMAPOptions
    private let opener: SessionOpener
    private let isExtra: Bool
    private var current: IMAPSession?
    private var opening: Task<Result<IMAPSession, IMAPError>, Never>?
    private var isClosed = false

    /// - Parameter isExtra: there is another provider, and its session may be the last that the server allows.
    init(options: IMAPOptions, opener: SessionOpener, isExtra: Bool) {
        self.isExtra = isExtra
        self.options = options
        self.opener = opener
    }

    /// The session; one is made where there is none. Tasks that ask at the same time get the same one. Where one of them is
    /// cancelled, making it ends; the others begin anew.
    func session() async throws(IMAPError) -> IMAPSession {
        while true {
            if let current { return current }
            guard !isClosed else { throw IMAPError(.cancelled, "the store was closed") }
            let task = opening ?? Task { await make() }
            opening = task
            let made = await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
            if case .failure(let error) = made, error.code == .cancelled, !Task.isCancelled { continue }
            return try made.get()
        }
    }

    private func make() async -> Result<IMAPSession, IMAPError> {
        defer { opening = nil }
        do throws(IMAPError) {
            let session = try await opener.open(isExtra: isExtra)
            guard !isClosed else {
                session.connection.close()
                throw IMAPError(.cancelled, "the store was closed")
            }
            current = session
            return .success(session)
        } catch {
            return .failure(error)
        }
    }

    /// Drops a session that no longer works.
    func drop(_ session: IMAPSession) {
        session.connection.close()
        if current === session { current = nil }
    }

    func close() async {
        isClosed = true
        await takeCurrent()?.logOut()
    }

    private func takeCurrent() -> IMAPSession? {
        defer { current = nil }
        return current
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

    /// Does something on a connection of its own, which sees the server as it is now. Where the server allows no more
    /// connections, the present one is given up for it.
    nonisolated func performAside<Value: Sendable>(
        _ body: (IMAPSession) async throws(IMAPError) -> Value
    ) async throws(IMAPError) -> Value {
        let session: IMAPSession
        do throws(IMAPError) {
            session = try await opener.open(isExtra: true)
        } catch {
            guard error.mayBeLimit, let present = await takeCurrent() else { throw error }
            await present.logOut()
            session = try await opener.open(isExtra: false)
        }
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
    /// Whether the server may have meant that there are enough connections. Many say so with no code, and some hang up.
    var mayBeLimit: Bool {
        if code == .refused {
            return isBusy || (isAtLogon && response != nil && !Self.isFinal(response?.code))
        }
        return isTransient
    }

    private static func isFinal(_ code: ResponseCode?) -> Bool {
        ["AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"].contains(code?.otherName)
    }

    /// Whether nothing more can come of the connection it happened on.
    var endsConnection: Bool {
        switch code {
        case .unreachable, .closed, .timedOut, .security, .clearText, .protocolViolation, .spool: true
        case .rejected, .refused: response?.code?.otherName == "UNAVAILABLE"
        case .notUnderstood, .configuration, .cancelled: false
        }
    }
}
