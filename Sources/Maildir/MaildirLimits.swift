/// The bounds of everything this module does with names and files it did not write.
enum MaildirLimits {
    /// Folders in one tree.
    static let folders = 100_000
    /// Directories read in search of folders (layout fs).
    static let directories = 200_000
    /// Levels of directories below the top (layout fs).
    static let depth = 64
    /// Passes over a folder that changes while it is read; what any pass saw is listed.
    static let listingPasses = 4
    /// How often a message that was renamed while being opened is looked for again.
    static let relocationAttempts = 4
    /// Bytes of a keyword file: Courier lists every message with keywords.
    static let keywordFileSize = 64 << 20
    /// Letters a to z.
    static let dovecotKeywords = 26
    /// Keywords that Courier's list may define, and that one message may have.
    static let courierKeywords = 1_000
    /// Bytes a compressed message may have once decompressed.
    static let decompressedSize = 1 << 30
    /// Decompressed bytes held in memory; more goes to an unlinked temporary file.
    static let decompressedInMemory = 8 << 20
    /// Bytes of memory the xz decoder may use (level 9 needs 65 MiB).
    static let xzMemory: UInt64 = 100 << 20
    /// Bytes of one chunk of Dovecot's LZ4 format, compressed or not.
    static let lz4ChunkSize = 1 << 20
    /// Bytes of a message to be delivered that are held in memory; a larger one goes to a file at once.
    static let deliveryInMemory = 256 << 10
    /// Messages written to `tmp` that wait for a checkpoint to get their names.
    static let pendingDeliveries = 20_000
    /// Bytes of a directory's or file's name (NAME_MAX).
    static let nameLength = 255
    /// A directory changed less than this many nanoseconds before it was read may change again without a
    /// newer time: timestamps move by the kernel's tick.
    static let timestampTick: Int64 = 20_000_000
    /// Nanoseconds that a directory must have rested before its times prove that it has not changed since: 2 s cover
    /// the second of old file systems, and a server's clock that goes a little before ours.
    static let believableAge: Int64 = 2_000_000_000
    /// Bytes of the header line of `dovecot-uidlist`.
    static let uidlistHeader = 1_024
}
