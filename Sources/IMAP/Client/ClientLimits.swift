/// The bounds of a connection.
enum ClientLimits {
    /// Responses that nobody waits for, while one command runs.
    static let irrelevantResponses = 1_000_000
    /// Fewer bytes within a read time-out are as good as none.
    static let leastBytes = 4_096
    /// A command without any useful answer ends after so many read time-outs, whatever else comes.
    static let readTimeoutsPerAnswer = 10
    /// Bytes of a message below which a read waits for more, and for how many microseconds. It is as much as TCP's window has
    /// at first: where that is all that came, the next read is to follow at once, so that the window grows.
    static let worthReading = 64 << 10
    static let readPause: Int64 = 2_000
    /// Looks at the clock in one read time-out.
    static let ticksPerTimeout: Int64 = 8
    /// Commands on their way at the same time.
    static let commandsInFlight = 256
    /// SASL challenges of one logon.
    static let challenges = 8
    /// Rounds of hashing that a server may ask for in SCRAM, and has to: RFC 7677 4 wants 4096.
    static let scramIterations = 4_096...2_000_000
    /// Bytes decompressed in one step.
    static let inflateStep = 65_536
    /// Bytes of a command line, as RFC 7162 4 advises.
    static let commandLine = 8_000
}
