/// Text that was bytes in some charset.
public struct DecodedText: Sendable {
    public let text: String
    /// The charset that was used, lower case, in the spelling of the label where the label was right.
    public let charset: String
    /// Bytes that stand for no character and became U+FFFD.
    public let replacedCount: Int
}

/// Charsets of mail, their labels right, wrong or missing — RFC 2045 4.1.2 in practice.
public enum Charset {
    /// Decodes `bytes` as `label` says. Without a (known) label, or with `us-ascii`: as UTF-8 if they are that,
    /// otherwise as `fallback`, otherwise as windows-1252, in which every byte is a character.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, label: String?, fallback: @autoclosure () -> String? = nil
    ) -> DecodedText {
        let name = normalized(label)
        switch Family(name) {
        case .undeclared:
            return sniffed(bytes, fallback: fallback())
        case .utf8:
            return utf8(bytes)
        case .latin:
            return DecodedText(text: WindowsLatin.decode(bytes), charset: name, replacedCount: 0)
        case .other:
            guard let converted = CharsetConverter.utf8(bytes, from: name) else {
                return sniffed(bytes, fallback: fallback())
            }
            let decoded = DecodedText(text: converted.text, charset: name, replacedCount: converted.replaced)
            return converted.replaced == 0 ? decoded : mislabelled(bytes, name) ?? decoded
        }
    }

    /// Raw 8-bit text without any label: UTF-8 if it is that, otherwise `fallback` if that fits, otherwise
    /// windows-1252.
    public static func undeclared(_ bytes: UnsafeRawBufferPointer, fallback: String? = nil) -> String {
        if let text = strictUTF8(bytes) { return text }
        return fallback == nil ? WindowsLatin.decode(bytes) : sniffed(bytes, fallback: fallback).text
    }

    /// True for labels that say nothing about bytes above 0x7F.
    public static func isUndeclared(_ label: String?) -> Bool { Family(normalized(label)) == .undeclared }

    /// True where the label is one that this program can decode.
    public static func isKnown(_ label: String) -> Bool {
        switch Family(normalized(label)) {
        case .undeclared: false
        case .utf8, .latin: true
        case .other: CharsetConverter.isKnown(normalized(label))
        }
    }

    /// The text, if `bytes` are well-formed UTF-8.
    public static func strictUTF8(_ bytes: UnsafeRawBufferPointer) -> String? {
        String(validating: bytes, as: UTF8.self)
    }

    /// Text that is not in the charset of its label, but without a flaw in another: UTF-8, and for Japanese one of its
    /// eight-bit charsets.
    private static func mislabelled(_ bytes: UnsafeRawBufferPointer, _ name: String) -> DecodedText? {
        if !bytes.isASCII, let text = strictUTF8(bytes) {
            return DecodedText(text: text, charset: "utf-8", replacedCount: 0)
        }
        guard name.hasPrefix("iso-2022-jp") || name.hasPrefix("csiso2022jp") else { return nil }
        let resolved = ISO2022JP.eucJP(bytes).withUnsafeBytes { CharsetConverter.utf8($0, from: "euc-jp-ms") }
        if let resolved, resolved.replaced == 0, bytes.isASCII {
            return DecodedText(text: resolved.text, charset: name, replacedCount: 0)
        }
        for other in ["euc-jp", "shift_jis"] {
            if let converted = CharsetConverter.utf8(bytes, from: other), converted.replaced == 0 {
                return DecodedText(text: converted.text, charset: other, replacedCount: 0)
            }
        }
        return nil
    }

    private static func sniffed(_ bytes: UnsafeRawBufferPointer, fallback: String?) -> DecodedText {
        if bytes.isASCII {
            return DecodedText(text: String(decoding: bytes, as: UTF8.self), charset: "us-ascii", replacedCount: 0)
        }
        if let text = strictUTF8(bytes) { return DecodedText(text: text, charset: "utf-8", replacedCount: 0) }
        if let fallback, !isUndeclared(fallback), Family(normalized(fallback)) != .utf8 {
            let decoded = decode(bytes, label: fallback)
            if decoded.replacedCount == 0 { return decoded }
        }
        return DecodedText(text: WindowsLatin.decode(bytes), charset: "windows-1252", replacedCount: 0)
    }

    /// Declared UTF-8 that is damaged keeps what is well-formed; what never was UTF-8 is read as windows-1252.
    private static func utf8(_ bytes: UnsafeRawBufferPointer) -> DecodedText {
        if let text = strictUTF8(bytes) { return DecodedText(text: text, charset: "utf-8", replacedCount: 0) }
        let text = String(decoding: bytes, as: UTF8.self)
        var replaced = 0
        var wellFormed = 0
        for scalar in text.unicodeScalars where scalar.value >= 0x80 {
            if scalar.value == 0xFFFD { replaced += 1 } else { wellFormed += 1 }
        }
        if wellFormed >= replaced { return DecodedText(text: text, charset: "utf-8", replacedCount: replaced) }
        return DecodedText(text: WindowsLatin.decode(bytes), charset: "windows-1252", replacedCount: 0)
    }

    private static func normalized(_ label: String?) -> String {
        guard let label else { return "" }
        if label.utf8.allSatisfy({ ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == ASCII.hyphen }) {
            return label
        }
        let trimmed = Array(label.utf8).filter { $0 > 0x20 && $0 < 0x7F && $0 != ASCII.quote && $0 != 0x27 }
        return trimmed.withUnsafeBytes { String(lowercasedASCII: $0) }
    }

    private enum Family {
        case undeclared, utf8, latin, other

        init(_ name: String) {
            switch name {
            case "", "us-ascii", "ascii", "ansi_x3.4-1968", "iso-ir-6", "646", "unknown-8bit", "x-unknown", "unknown",
                "8bit", "7bit", "binary", "default", "default_charset", "none", "iso", "x-user-defined":
                self = .undeclared
            case "utf-8", "utf8", "unicode-1-1-utf-8", "x-utf-8", "utf_8", "cp65001":
                self = .utf8
            case "iso-8859-1", "iso8859-1", "iso_8859-1", "iso88591", "8859-1", "latin1", "latin-1", "l1",
                "iso-latin-1", "windows-1252", "windows1252", "cp1252", "cp-1252", "x-cp1252", "x-ansi", "ansi":
                self = .latin
            default:
                self = .other
            }
        }
    }
}

/// windows-1252, with the five bytes it leaves open as C1 controls, so that nothing is lost. ISO 8859-1 is read the
/// same way, as every mail program does.
enum WindowsLatin {
    static func decode(_ bytes: UnsafeRawBufferPointer) -> String {
        if bytes.isASCII { return String(decoding: bytes, as: UTF8.self) }
        return upperControls.withUnsafeBufferPointer { controls in
            String(unsafeUninitializedCapacity: bytes.count * 3) { encode(bytes, controls, into: $0) }
        }
    }

    private static func encode(
        _ bytes: UnsafeRawBufferPointer, _ controls: UnsafeBufferPointer<UInt16>,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var count = 0
        for byte in bytes {
            if byte < 0x80 {
                target[count] = byte
                count += 1
                continue
            }
            let scalar = byte < 0xA0 ? controls[Int(byte) - 0x80] : UInt16(byte)
            if scalar < 0x800 {
                target[count] = 0xC0 | UInt8(truncatingIfNeeded: scalar >> 6)
                count += 1
            } else {
                target[count] = 0xE0 | UInt8(truncatingIfNeeded: scalar >> 12)
                target[count + 1] = 0x80 | UInt8(truncatingIfNeeded: (scalar >> 6) & 0x3F)
                count += 2
            }
            target[count] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
            count += 1
        }
        return count
    }

    private static let upperControls: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ]
}
