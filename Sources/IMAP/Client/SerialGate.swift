import Synchronization

/// Lets one task at a time through, in the order of arrival.
package final class SerialGate: Sendable {
    private struct State {
        var isOpen = true
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func enter() async {
        await withCheckedContinuation { continuation in
            let enters = state.withLock { state in
                if state.isOpen {
                    state.isOpen = false
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if enters { continuation.resume() }
        }
    }

    package func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isOpen = true
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
