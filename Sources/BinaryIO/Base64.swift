internal import CCrypto

/// Base64 encoding — RFC 4648 4, by OpenSSL's libcrypto.
public enum Base64 {
    /// Input bytes of a line of 76 digits, RFC 2045 6.8.
    public static let bytesPerLine = 57

    /// The value of a digit, for every byte; 0xFF for what is none.
    public static let digitValues: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// In one piece, without line ends.
    public static func encoded(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "" }
        // The library writes a terminating zero byte.
        return String(unsafeUninitializedCapacity: encodedCount(bytes.count) + 1) { target in
            Int(EVP_EncodeBlock(target.baseAddress, bytes, Int32(clamping: bytes.count)))
        }
    }

    /// Appends lines of 76 digits, the last one shorter, each with `lineEnd`. Pieces of a longer content have to be
    /// multiples of ``bytesPerLine``.
    public static func appendLines(_ bytes: UnsafeRawBufferPointer, lineEnd: [UInt8], to result: inout [UInt8]) {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress, !bytes.isEmpty else { return }
        let lines = (bytes.count + bytesPerLine - 1) / bytesPerLine
        let room = encodedCount(bytes.count) + lines * lineEnd.count + 1
        let encoded = [UInt8](unsafeUninitializedCapacity: room) { target, count in
            guard let output = target.baseAddress else { return }
            var position = 0
            while position < bytes.count {
                let length = min(bytesPerLine, bytes.count - position)
                count += Int(EVP_EncodeBlock(output + count, base + position, Int32(length)))
                for byte in lineEnd {
                    output[count] = byte
                    count += 1
                }
                position += length
            }
        }
        result.append(contentsOf: encoded)
    }

    private static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }
}
