/// From the bytes of a field to the text people mean — RFC 5322 2.2.3, RFC 2047, RFC 6532.
public enum HeaderText {
    /// Without folding and NULs, tabs as blanks, no white space at either end.
    static func unfolded(_ value: UnsafeRawBufferPointer) -> [UInt8] {
        let value = value.slice(0..<min(value.count, MIMELimits.fieldLength)).trimmed
        return [UInt8](unsafeUninitializedCapacity: value.count) { target, count in
            for byte in value where byte != ASCII.carriageReturn && byte != ASCII.lineFeed && byte != 0 {
                target[count] = byte == ASCII.tab ? ASCII.space : byte
                count += 1
            }
        }
    }

    /// What needs neither unfolding nor a charset, as nearly every value; nil for all others.
    private static func plain(_ value: UnsafeRawBufferPointer) -> String? {
        guard value.count <= MIMELimits.fieldLength else { return nil }
        let value = value.trimmed
        return isPrintable(value) ? String(decoding: value, as: UTF8.self) : nil
    }

    private static func isPrintable(_ value: UnsafeRawBufferPointer) -> Bool {
        // Without a branch in it, so that many bytes are looked at together.
        var others: UInt8 = 0
        for byte in value { others |= byte &- 0x20 < 0x5F ? 0 : 1 }
        return others == 0
    }

    /// Hands over the value unfolded, as ``unfolded(_:)`` gives it.
    static func withUnfolded<Value>(
        _ value: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Value
    ) -> Value {
        let trimmed = value.trimmed
        if value.count <= MIMELimits.fieldLength, isPrintable(trimmed) { return body(trimmed) }
        return unfolded(value).withUnsafeBytes(body)
    }

    /// Unfolded; raw 8-bit bytes are UTF-8 where they can be, `fallback` or windows-1252 otherwise. Encoded words stay.
    public static func literal(_ value: UnsafeRawBufferPointer, fallback: String? = nil) -> String {
        if let text = plain(value) { return text }
        let bytes = unfolded(value)
        return bytes.withUnsafeBytes { Charset.undeclared($0, fallback: fallback) }
    }

    /// ``literal(_:)`` with encoded words decoded.
    public static func decoded(_ value: UnsafeRawBufferPointer, fallback: String? = nil) -> String {
        if let text = plain(value), !containsEncodedWord(text.utf8) { return text }
        let bytes = unfolded(value)
        guard containsEncodedWord(bytes) else {
            return bytes.withUnsafeBytes { Charset.undeclared($0, fallback: fallback) }
        }
        // Raw 8-bit bytes in an encoded word are in the word's charset.
        return withoutControls(EncodedWords.decoded(bytes, fallback: fallback))
    }

    static func decoded(_ text: String) -> String {
        guard containsEncodedWord(text.utf8) else { return text }
        // An encoded word may smuggle in line ends and NULs.
        return withoutControls(EncodedWords.decoded(Array(text.utf8)))
    }

    static func containsEncodedWord(_ text: some Sequence<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for byte in text {
            if byte == ASCII.question, previous == ASCII.equals { return true }
            previous = byte
        }
        return false
    }

    private static func withoutControls(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }
}
