/// HZ, RFC 1843: GB 2312 in seven bits. The C library does not know it, but GB 2312 itself.
enum HZGB2312 {
    static let names: Set<String> = ["hz-gb-2312", "hz"]

    /// The same with the top bits that EUC has.
    static func eucCN(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var isChinese = false
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            let next = position + 1 < bytes.count ? bytes[position + 1] : 0
            // Chinese text ends with its line, whatever the writer forgot.
            if byte == ASCII.lineFeed { isChinese = false }
            switch (byte, next) {
            case (tilde, 0x7B) where !isChinese:
                isChinese = true
            case (tilde, 0x7D) where isChinese:
                isChinese = false
            case (tilde, tilde) where !isChinese:
                result.append(tilde)
            // The line goes on.
            case (tilde, ASCII.lineFeed) where !isChinese: break
            case (tilde, ASCII.carriageReturn) where !isChinese && position + 2 < bytes.count:
                position += bytes[position + 2] == ASCII.lineFeed ? 1 : 0
            case (0x21...0x7E, 0x21...0x7E) where isChinese:
                result.append(contentsOf: [byte | 0x80, next | 0x80])
            default:
                result.append(byte)
                position -= 1
            }
            position += 2
        }
        return result
    }

    private static let tilde: UInt8 = 0x7E
}
