/// Every bound of the export.
enum ExportLimits {
    /// Embedded messages inside embedded messages; deeper ones are left out, and told.
    static let embeddedDepth = 50
    static let problemCount = 100
    /// Bytes that are read and encoded at a time: whole lines of base64.
    static let pieceLength = 57 * 1024
    /// Bytes collected before the sink is called.
    static let bufferLength = 1 << 16
    /// Bytes at the start of a signed entity in which its header has to end.
    static let entityHeaderLength = 1 << 16
    /// UTF-8 bytes of a display name, file name or other text of a header; more is cut.
    static let nameLength = 4096
    /// Message identifiers in `References`: the first and the last ones of a longer chain.
    static let referenceCount = 1000
    /// Recurrence exceptions written of one series.
    static let exceptionCount = 1000
    /// Bytes of a report part that is written as it is.
    static let fieldsLength = 1 << 20
    /// Bytes of RTF after decompression that are interpreted.
    static let richTextLength = 64 << 20
    /// Bytes at the end of an archive in which the names of its files are looked for.
    static let archiveDirectoryLength = 64 << 10
    /// Members of a distribution list, reply recipients.
    static let memberCount = 10_000
}
