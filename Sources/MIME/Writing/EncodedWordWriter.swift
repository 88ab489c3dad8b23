internal import BinaryIO

/// Encoded words — RFC 2047. GMime's encoder chooses charsets by what it finds and folds by itself; these words are
/// always UTF-8, so that the same text always gives the same bytes, and never cut a character in two.
enum EncodedWordWriter {
    /// The longest word that RFC 2047 2 allows.
    private static let length = 75
    private static let frame = "=?utf-8?B??=".utf8.count

    /// Words that decode to `text` when blanks stand between them.
    /// - Parameter firstRoom: characters left on the line for the first word.
    static func words(_ text: String, firstRoom: Int = length) -> [String] {
        var words: [String] = []
        let isQ = prefersQ(text)
        var word: [UInt8] = []
        var cost = 0
        var room = max(min(firstRoom, length) - frame, 16)
        func flush() {
            words.append(isQ ? q(word) : "=?utf-8?B?" + Base64.encoded(word) + "?=")
        }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            let added = isQ ? bytes.reduce(0) { $0 + (isSafe($1) || $1 == ASCII.space ? 1 : 3) } : bytes.count
            let isFull = isQ ? cost + added > room : (cost + added + 2) / 3 * 4 > room
            if isFull {
                flush()
                word.removeAll(keepingCapacity: true)
                cost = 0
                room = length - frame
            }
            word.append(contentsOf: bytes)
            cost += added
        }
        if !word.isEmpty { flush() }
        return words
    }

    /// Q where it is no longer than B.
    private static func prefersQ(_ text: String) -> Bool {
        var safe = 0
        var total = 0
        for byte in text.utf8 {
            total += 1
            if isSafe(byte) || byte == ASCII.space { safe += 1 }
        }
        return (safe + 3 * (total - safe)) * 3 <= total * 4
    }

    /// What may stand for itself in every place where encoded words are allowed, RFC 2047 5 (3).
    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x2A, 0x2B, 0x2D, 0x2F: true
        default: false
        }
    }

    private static func q(_ bytes: [UInt8]) -> String {
        var result = Array("=?utf-8?Q?".utf8)
        for byte in bytes {
            if isSafe(byte) {
                result.append(byte)
            } else if byte == ASCII.space {
                result.append(0x5F)
            } else {
                result.append(contentsOf: [ASCII.equals, byte.upperHexadecimal.high, byte.upperHexadecimal.low])
            }
        }
        result.append(contentsOf: "?=".utf8)
        return String(decoding: result, as: UTF8.self)
    }
}

extension UInt8 {
    /// The two digits of the byte.
    var upperHexadecimal: (high: UInt8, low: UInt8) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
        return (digit(self >> 4), digit(self & 0xF))
    }
}
