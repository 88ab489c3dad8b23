/// Decides when a server takes too long. A server that sends a byte now and then is as dead as one that sends none, and
/// one that chatters without answering ends too. Knows no clock of its own.
struct ProgressWatch {
    private let readTimeout: Int64
    private var windowStart: Int64 = 0
    private var bytes = 0
    private var lastAnswer: Int64 = 0

    /// - Parameter readTimeout: nanoseconds.
    init(readTimeout: Int64) {
        self.readTimeout = max(readTimeout, 1)
    }

    /// Waiting begins.
    mutating func start(at now: Int64) {
        windowStart = now
        lastAnswer = now
        bytes = 0
    }

    mutating func receivedBytes(_ count: Int, at now: Int64) {
        bytes = bytes.addingReportingOverflow(count).partialValue
        if bytes >= ClientLimits.leastBytes { begin(at: now) }
    }

    /// A response, or much of a literal, that somebody waits for.
    mutating func receivedAnswer(at now: Int64) {
        lastAnswer = now
        begin(at: now)
    }

    private mutating func begin(at now: Int64) {
        windowStart = now
        bytes = 0
    }

    func isStalled(at now: Int64) -> Bool {
        now - windowStart >= readTimeout
            || now - lastAnswer
                >= readTimeout.multipliedReportingOverflow(
                    by: Int64(ClientLimits.readTimeoutsPerAnswer)
                ).partialValue
    }
}
