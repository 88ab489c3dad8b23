import Synchronization

/// The bytes of messages that may still be fetched. They are counted before a message is asked for, so that what is on its
/// way cannot exceed them.
final class DownloadBudget: Sendable {
    private struct State {
        var spent = 0
        var isClosed = false
    }

    private let maximum: Int?
    private let state = Mutex(State())

    /// - Parameter maximum: bytes; nil: no bound.
    init(maximum: Int?) {
        self.maximum = maximum
    }

    /// Whether a message of so many bytes, as listed, may be fetched. After the first that may not, none may: the run ends
    /// there. A message above the whole bound is fetched where it is the first one, or it never would be.
    func admits(_ bytes: Int) -> Bool {
        guard let maximum else { return true }
        return state.withLock { state in
            let (sum, isTooLarge) = state.spent.addingReportingOverflow(max(bytes, 0))
            if state.isClosed || isTooLarge || (sum > maximum && state.spent > 0) {
                state.isClosed = true
                return false
            }
            state.spent = sum
            return true
        }
    }

    /// A message came, of another size than it was listed with.
    func correct(listed: Int, actual: Int) {
        guard maximum != nil, listed != actual else { return }
        state.withLock { $0.spent = $0.spent.addingReportingOverflow(actual - max(listed, 0)).partialValue }
    }
}
