import Synchronization

/// The bytes of messages that may still be fetched, from one mailbox or from several together.
public final class DownloadBudget: Sendable {
    private let maximum: Int?
    private let shared: DownloadBudget?
    private let spent = Mutex(0)

    /// - Parameters:
    ///   - maximum: in bytes; nil: no bound.
    ///   - shared: what is spent here is spent there too.
    public init(maximum: Int?, shared: DownloadBudget? = nil) {
        self.maximum = maximum
        self.shared = shared
    }

    func spend(_ bytes: Int) {
        spent.withLock { $0 = $0.addingReportingOverflow(bytes).partialValue }
        shared?.spend(bytes)
    }

    public var isSpent: Bool {
        if let maximum, spent.withLock({ $0 }) >= maximum { return true }
        return shared?.isSpent ?? false
    }
}
