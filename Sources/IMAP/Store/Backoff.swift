import IMAP

/// How long to wait before the next try: nothing, then 1 s, 2 s, 4 s, …; or what the server asks for.
struct Backoff {
    private var failures = 0

    /// - Parameter attempts: tries without progress, the first included.
    /// - Returns: nil where it is not to be tried again.
    mutating func wait(after error: IMAPError, attempts: Int) -> Duration? {
        guard error.isTransient, failures + 1 < attempts else { return nil }
        defer { failures += 1 }
        if let suggested = error.suggestedBackoff { return min(suggested, StoreLimits.longestSuggestedBackoff) }
        guard failures > 0 else { return .zero }
        return min(.seconds(1 << min(failures - 1, 10)), StoreLimits.longestBackoff)
    }

    /// Something was achieved: what follows is no longer the same failure.
    mutating func progressed() { failures = 0 }
}
