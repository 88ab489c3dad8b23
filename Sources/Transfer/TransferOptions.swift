public import MailStore

/// How a copy runs; nothing here changes what is copied.
public struct TransferOptions: Sendable {
    /// Batches of messages prepared at the same time.
    public var jobs = 3
    /// Count messages and bytes beforehand, for a progress display.
    public var findsTotals = false
    /// Looks into messages where the selection asks for what no row tells; nil: that part of it selects everything.
    public var inspector: (any MessageInspector)?
    public var limits = TransferLimits()
    public var now: @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }

    public init() {}
}

/// The bounds of a run.
public struct TransferLimits: Sendable {
    /// A batch has at most so many messages and bytes; a larger message is a batch of its own.
    public var batchMessages = 64
    public var batchBytes = 2 << 20
    /// Bytes, as listed, of messages announced and not yet saved; a larger message is alone on its way.
    public var bytesInFlight = 32 << 20
    /// Batches announced to the source beyond those that are worked on, within the bytes above.
    public var batchesAhead = 12
    /// A checkpoint after so many bytes saved, or so long.
    public var checkpointBytes = 256_000_000
    public var checkpointInterval: Duration = .seconds(60)

    public init() {}
}
