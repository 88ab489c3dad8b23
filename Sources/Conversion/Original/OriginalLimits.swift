/// Every bound of the kept original. What a writer does not exceed a reader does not accept.
enum OriginalLimits {
    /// Bytes of literal text in one frame: what a reader holds at a time.
    static let chunkLength = 1 << 20
    /// Bytes of literal text up to which little time is spent on it.
    static let briefLength = 1 << 10
    /// Bytes of literal text up to which more time is spent on making it short.
    static let thoroughLength = 8 << 10
    /// Bytes of the dictionary, and the number of its entries.
    static let dictionaryLength = 1 << 20
    static let dictionaryEntries = 4096
    /// Bytes of an attachment that is kept as a literal and serves as dictionary for that.
    static let dictionaryAttachmentLength = 256 << 10
    /// Segments of a container.
    static let segments = 1 << 16
    /// Runs of one encoded text, and of one text with mixed line ends; what follows them is literal.
    static let runs = 1000
    /// Encoded bytes below which a reference gains nothing over a literal.
    static let referenceLength = 64
    /// Bytes that the lists of one quoted-printable layout take, after which another run follows; and those of all runs of a
    /// text, after which it is literal.
    static let layoutLength = 1 << 20
    static let layoutsLength = 8 << 20
    /// Bytes of a container; a message that needs more is kept without its original bytes.
    static let containerLength = 32 << 20
    /// Stored bytes that are read at a time; a multiple of three, so that base64 has no seams.
    static let pieceLength = 48 << 10
    /// Messages inside messages that are looked at, and the number of attachments of all of them.
    static let depth = 64
    static let parts = 1 << 20
    /// Longest base64 line; as much as one line of a whole attachment may be.
    static let columns = 1 << 32
}
