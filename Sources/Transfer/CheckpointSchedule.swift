/// When the next checkpoint is due: so many bytes, or so long, after the last.
struct CheckpointSchedule {
    private let limits: TransferLimits
    private var bytes = 0
    private var last: ContinuousClock.Instant

    init(limits: TransferLimits, now: ContinuousClock.Instant) {
        self.limits = limits
        last = now
    }

    mutating func add(bytes count: Int) {
        bytes = bytes.addingReportingOverflow(count).partialValue
    }

    func isDue(at now: ContinuousClock.Instant) -> Bool {
        bytes >= limits.checkpointBytes || now - last >= limits.checkpointInterval
    }

    mutating func restart(at now: ContinuousClock.Instant) {
        bytes = 0
        last = now
    }
}
