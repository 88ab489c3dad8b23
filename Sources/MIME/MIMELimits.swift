/// Every bound of this module; what lies beyond is kept undivided, never dropped.
public enum MIMELimits {
    /// Nested multiparts; a deeper one stays a leaf. Real mail has at most a dozen, damaged forwards some more.
    public static let multipartDepth = 100
    /// Parts of one message; what follows becomes one last part.
    public static let partCount = 10_000
    /// Fields of one header block that can be looked up; the block itself is kept whole.
    public static let fieldCount = 20_000
    /// Bytes of one header field that are decoded; a longer one is cut.
    static let fieldLength = 1 << 22
    /// Bytes of a field that is handed to GMime, whose parsers are not all linear; a longer one is taken as text.
    static let structuredFieldLength = 1 << 16
    /// Bytes of one encoded word; RFC 2047 allows 75, mail has whole subjects.
    static let encodedWordLength = 1 << 16
    /// Addresses taken from one field.
    static let addressCount = 20_000
    /// Parameters of one Content-Type or Content-Disposition.
    static let parameterCount = 500
    /// Bytes of uuencoded content, which is decoded in one piece; more stays encoded.
    public static let uuencodedLength = 1 << 26
}
