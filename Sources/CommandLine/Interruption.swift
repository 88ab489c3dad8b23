import Dispatch
import Glibc
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a wish to stop; the same signal again ends the process at once.
final class Interruption: Sendable {
    private let received = Mutex<Int32?>(nil)
    // Only held, so that they stay alive: written once, in init.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    /// Signals ignored from the start (nohup) stay ignored.
    init() {
        // A queue of another kind than the tasks are on: all of those may be busy.
        let queue = DispatchQueue(label: "signals", qos: .userInteractive)
        sources = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }.map { number in
            Glibc.signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
    }

    deinit {
        // Nobody has watched, or this would live on. The process ends if a source that was never resumed is released.
        for source in sources { source.resume() }
    }

    /// The first signal that came.
    var signal: Int32? { received.withLock { $0 } }

    /// Calls `stop` once, at the first signal. To be called once.
    func watch(_ stop: @escaping @Sendable () -> Void) {
        for source in sources {
            let number = Int32(source.handle)
            source.setEventHandler { [self] in
                let isFirst = received.withLock { received in
                    defer { received = received ?? number }
                    return received == nil
                }
                if isFirst { stop() }
                Glibc.signal(number, SIG_DFL)
            }
            source.resume()
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        let ignore = unsafeBitCast(SIG_IGN, to: Int.self)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == ignore
    }
}
