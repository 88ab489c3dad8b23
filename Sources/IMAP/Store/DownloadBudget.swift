import Synchronization

/// The bytes of messages that may still be fetched.
final class DownloadBudget: Sendable {
    private let maximum: Int?
    private let spent = Mutex(0)

    init(maximum: Int?) {
        self.maximum = maximum
    }

    func spend(_ bytes: Int) { spent.withLock { $0 = $0.addingReportingOverflow(bytes).partialValue } }

    var isSpent: Bool { maximum.map { maximum in spent.withLock { $0 } >= maximum } ?? false }
}
