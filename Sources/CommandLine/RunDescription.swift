import Transfer

/// What reporters must know of a run besides its events.
struct RunDescription: Sendable {
    /// nil where the source is no user's mailbox.
    let user: String?
    let out: String
    let isDryRun: Bool
    /// Not one byte on success.
    let isQuiet: Bool
    let isVerbose: Bool
    let interruption: Interruption
    /// One of several mailboxes: everything that is told has to name the user.
    let isOneOfMany: Bool
    private let start = ContinuousClock.now

    init(
        user: String?, out: String, isDryRun: Bool, isQuiet: Bool, isVerbose: Bool, interruption: Interruption,
        isOneOfMany: Bool = false
    ) {
        self.user = user
        self.out = out
        self.isDryRun = isDryRun
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.interruption = interruption
        self.isOneOfMany = isOneOfMany
    }

    var elapsed: Duration { ContinuousClock.now - start }

    func status(_ result: TransferResult) -> ExitStatus {
        ExitStatus(result, signal: interruption.signal)
    }
}
