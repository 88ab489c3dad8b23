import Glibc

/// Text in a code page, decoded: for the 8-bit strings of TNEF, RTF and old PSTs.
extension CodePage {
    /// Never fails: bytes that are not valid in the code page become U+FFFD, an unknown code page is read as
    /// UTF-8 where that fits and as windows-1252 otherwise.
    public static func text(_ bytes: UnsafeRawBufferPointer, codePage number: Int32) -> String {
        if isPlain(bytes, in: number) { return String(decoding: bytes, as: UTF8.self) }
        switch number {
        case utf8: return String(decoding: bytes, as: UTF8.self)
        case 1200: return utf16(bytes, bigEndian: false)
        case 1201: return utf16(bytes, bigEndian: true)
        // Latin-1 in mail is windows-1252 in truth: no text means the C1 controls.
        case 0, windows1252, 28591, ascii: return windows1252Text(bytes)
        default: break
        }
        if let text = converted(bytes, from: number) { return text }
        return String(validating: bytes, as: UTF8.self) ?? windows1252Text(bytes)
    }

    public static func text(_ bytes: [UInt8], codePage number: Int32) -> String {
        bytes.withUnsafeBytes { text($0, codePage: number) }
    }

    /// Whether the bytes are ASCII and mean ASCII in that code page (not so in UTF-16, UTF-7 and the ones with
    /// escape sequences).
    private static func isPlain(_ bytes: UnsafeRawBufferPointer, in number: Int32) -> Bool {
        switch number {
        case 1200, 1201, 12000, 12001, 65000, 50220...50229, 52936: return false
        default: return bytes.allSatisfy { $0 < 0x80 }
        }
    }

    private static func utf16(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool) -> String {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var position = 0
        while position + 1 < bytes.count {
            let first = UInt16(bytes[position])
            let second = UInt16(bytes[position + 1])
            units.append(bigEndian ? first << 8 | second : second << 8 | first)
            position += 2
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// The characters of 0x80–0x9F; the five undefined ones stand for themselves, as everywhere on Windows.
    static let windows1252Specials: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    private static func windows1252Text(_ bytes: UnsafeRawBufferPointer) -> String {
        let specials = windows1252Specials
        let units = bytes.map { byte in
            byte >= 0x80 && byte < 0xA0 ? specials[Int(byte) - 0x80] : UInt16(byte)
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// The names glibc's iconv knows, where they differ from the charset name.
    private static func converterName(of number: Int32) -> String? {
        switch number {
        case 932: "CP932"
        case 936: "CP936"
        case 949: "CP949"
        case 950: "CP950"
        case 951: "BIG5-HKSCS"
        case 38598: "ISO-8859-8"
        case 50221, 50222: "ISO-2022-JP"
        case 51949: "EUC-KR"
        case 51936: "EUC-CN"
        case 20932: "EUC-JP"
        case 10007: "MAC-CYRILLIC"
        case 10029: "MAC-CENTRALEUROPE"
        default: charsetName(of: number) ?? (number > 0 && number < 65536 ? "CP\(number)" : nil)
        }
    }

    private static func converted(_ bytes: UnsafeRawBufferPointer, from number: Int32) -> String? {
        guard let name = converterName(of: number) else { return nil }
        let converter = iconv_open("UTF-8", name)
        guard converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 2)
        var input = UnsafeMutablePointer<CChar>(mutating: bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        var inputLeft = bytes.count
        while inputLeft > 0 {
            let chunk = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                var output = UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
                var outputLeft = buffer.count
                errno = 0
                _ = iconv(converter, &input, &inputLeft, &output, &outputLeft)
                count = buffer.count - outputLeft
            }
            let code = errno
            result.append(contentsOf: chunk)
            guard inputLeft > 0 else { break }
            if code == E2BIG && !chunk.isEmpty { continue }
            // EILSEQ or EINVAL: one byte is skipped, so that the loop always advances.
            result.append(contentsOf: replacement)
            input = input.map { $0 + 1 }
            inputLeft -= 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}
