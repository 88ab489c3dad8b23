/// Bounds of the text conversions.
enum TextLimits {
    /// Lists inside lists that are numbered and indented; deeper ones still show their text.
    static let listDepth = 64
    /// Bytes reserved at once for a result whose size is not known.
    static let initialCapacity = 1 << 20
    /// Groups inside groups of RTF that keep a state of their own; deeper ones share the last.
    static let rtfGroupDepth = 512
    /// Font table entries of RTF.
    static let rtfFonts = 4096
}
