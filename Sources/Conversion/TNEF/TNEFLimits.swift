/// Bounds of the TNEF decoder; what exceeds them is an error, not cut off.
enum TNEFLimits {
    /// Messages inside messages.
    static let depth = 20
    /// Attributes of one stream.
    static let attributes = 65_536
    /// Properties of one object; Outlook writes some hundred.
    static let properties = 4_096
    /// Rows of the recipient table of an embedded message.
    static let recipients = 65_536
}
