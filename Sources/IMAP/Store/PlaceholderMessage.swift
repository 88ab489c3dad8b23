import BinaryIO
import Glibc

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
            return signs.contains { holds(start, $0) }
        }
    }

    /// Every message is looked at, so this must cost next to nothing.
    private static func holds(_ bytes: UnsafeRawBufferPointer, _ sign: [UInt8]) -> Bool {
        guard var position = bytes.baseAddress, let first = sign.first else { return false }
        let end = position + bytes.count
        while end - position >= sign.count, let found = memchr(position, Int32(first), end - position) {
            position = UnsafeRawPointer(found)
            guard end - position >= sign.count else { return false }
            if memcmp(position, sign, sign.count) == 0 { return true }
            position += 1
        }
        return false
    }
}
