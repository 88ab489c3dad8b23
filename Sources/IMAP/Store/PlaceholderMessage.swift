import BinaryIO

/// What Exchange hands out instead of a message it cannot convert: a text that says so, which must not pass for the
/// message.
enum PlaceholderMessage {
    private static let signs = [
        "Retrieval using the IMAP4 protocol failed for the following message:",
        "Retrieval using the IMAP protocol failed for the following message:",
    ].map { Array($0.utf8) }

    static func isPlaceholder(_ content: MappedFile) -> Bool {
        content.withUnsafeBytes { bytes in
            let start = UnsafeRawBufferPointer(rebasing: bytes.prefix(StoreLimits.placeholderHeader))
            return signs.contains { start.firstRange(of: $0) != nil }
        }
    }
}
