import Synchronization

/// The bytes of messages that may still be fetched, from one mailbox or from several together. They are counted before a
/// message is asked for, so that what is on its way cannot exceed them.
public final class DownloadBudget: Sendable {
    private struct State {
        var spent = 0
        var isClosed = false
    }

    private let maximum: Int?
    private let shared: DownloadBudget?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maximum: in bytes; nil: no bound.
    ///   - shared: what is spent here is spent there too.
    public init(maximum: Int?, shared: DownloadBudget? = nil) {
        self.maximum = maximum
        self.shared = shared
    }

    /// Whether a message of so many bytes, as listed, may be fetched. After the first that may not, none may: the run ends
    /// there. A message above the whole bound is fetched where it is the first one, or it never would be.
    func admits(_ bytes: Int) -> Bool {
        guard admitsAlone(bytes) else { return false }
        guard let shared, !shared.admits(bytes) else { return true }
        state.withLock { $0.isClosed = true }
        return false
    }

    private func admitsAlone(_ bytes: Int) -> Bool {
        guard let maximum else { return !state.withLock(\.isClosed) }
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
        guard listed != actual else { return }
        if maximum != nil {
            state.withLock { $0.spent = $0.spent.addingReportingOverflow(actual - max(listed, 0)).partialValue }
        }
        shared?.correct(listed: listed, actual: actual)
    }

    /// Whether nothing more may be fetched.
    public var isSpent: Bool {
        let (spent, isClosed) = state.withLock { ($0.spent, $0.isClosed) }
        if isClosed { return true }
        if let maximum, spent >= maximum { return true }
        return shared?.isSpent ?? false
    }
}
