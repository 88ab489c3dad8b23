import Glibc

/// Other charsets than the everyday ones, through the C library.
enum CharsetConverter {
    /// - Parameter name: lower case.
    /// - Returns: nil where the charset is not known.
    static func utf8(_ bytes: UnsafeRawBufferPointer, from name: String) -> (text: String, replaced: Int)? {
        if HZGB2312.names.contains(name) {
            return HZGB2312.eucCN(bytes).withUnsafeBytes { utf8($0, from: "gb2312") }
        }
        guard let descriptor = open(name) else { return nil }
        defer { iconv_close(descriptor) }
        var output = [UInt8]()
        output.reserveCapacity(bytes.count + bytes.count / 2 + 16)
        var replaced = 0
        var position = 0
        var chunk = [CChar](repeating: 0, count: min(max(bytes.count * 2, 256), 1 << 16))
        while position < bytes.count {
            let step = convert(descriptor, bytes, &position, &chunk, &output)
            if step == .invalid {
                output.append(contentsOf: [0xEF, 0xBF, 0xBD])
                replaced += 1
                position += 1
            } else if step == .done {
                break
            }
        }
        flush(descriptor, &chunk, &output)
        return (String(decoding: output, as: UTF8.self), replaced)
    }

    /// A converter may hold back a character until it knows whether a mark follows that belongs to it (windows-1258, TCVN).
    private static func flush(_ descriptor: iconv_t, _ chunk: inout [CChar], _ output: inout [UInt8]) {
        let capacity = chunk.count
        chunk.withUnsafeMutableBufferPointer { buffer in
            guard let target = buffer.baseAddress else { return }
            var result: UnsafeMutablePointer<CChar>? = target
            var outputLeft = capacity
            iconv(descriptor, nil, nil, &result, &outputLeft)
            output.append(contentsOf: UnsafeRawBufferPointer(start: target, count: capacity - outputLeft))
        }
    }

    static func isKnown(_ name: String) -> Bool {
        if HZGB2312.names.contains(name) { return true }
        guard let descriptor = open(name) else { return false }
        iconv_close(descriptor)
        return true
    }

    private enum Step { case more, invalid, done }

    private static func convert(
        _ descriptor: iconv_t, _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ chunk: inout [CChar],
        _ output: inout [UInt8]
    ) -> Step {
        var step = Step.done
        let capacity = chunk.count
        chunk.withUnsafeMutableBufferPointer { buffer in
            guard let base = bytes.baseAddress, let target = buffer.baseAddress else { return }
            var input: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(
                mutating: (base + position).assumingMemoryBound(to: CChar.self))
            var inputLeft = bytes.count - position
            var result: UnsafeMutablePointer<CChar>? = target
            var outputLeft = capacity
            let outcome = iconv(descriptor, &input, &inputLeft, &result, &outputLeft)
            let code = errno
            position = bytes.count - inputLeft
            output.append(contentsOf: UnsafeRawBufferPointer(start: target, count: capacity - outputLeft))
            if outcome == -1 {
                // E2BIG: the output chunk is full; everything else is an invalid or unfinished sequence.
                step = code == E2BIG && outputLeft < capacity ? .more : .invalid
            }
        }
        return step
    }

    private static func open(_ name: String) -> iconv_t? {
        guard !name.isEmpty, name.utf8.count <= 40, !name.utf8.contains(ASCII.slash), !name.utf8.contains(ASCII.comma)
        else { return nil }
        // Some writers have underscores where the registered name has hyphens.
        for spelling in [name, name.replacing("_", with: "-")] {
            let descriptor = iconv_open("UTF-8", cLibraryName(of: spelling))
            if descriptor != iconv_t(bitPattern: -1) { return descriptor }
        }
        return nil
    }

    /// Labels that the C library does not know, and labels under which mail carries a larger charset than they name.
    private static func cLibraryName(of name: String) -> String {
        switch name {
        case "gb2312", "gb_2312-80", "gb2312-80", "csgb2312", "gbk", "x-gbk", "cp936", "gb18030", "chinese": "GB18030"
        case "ks_c_5601-1987", "ks_c_5601", "ks_c_5601-1989", "euc-kr", "cseuckr", "korean", "ksc5601",
            "ksc-5601", "ks-c-5601":
            "CP949"
        case "shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms_kanji", "csshiftjis",
            "x-ms-cp932":
            "CP932"
        case "x-euc-jp", "euc-jp": "EUC-JP"
        case "iso-2022-jp", "csiso2022jp": "ISO-2022-JP-3"
        case "big5", "big-5", "cn-big5", "x-x-big5": "BIG5-HKSCS"
        case "iso-8859-8-i", "iso-8859-8-e", "iso8859-8-i": "ISO-8859-8"
        case "windows-874", "iso-8859-11", "tis-620": "CP874"
        case "iso-8859-9": "CP1254"
        case "x-mac-roman", "x-macroman", "macroman", "mac-roman", "mac": "MACINTOSH"
        case "x-mac-cyrillic": "MAC-CYRILLIC"
        case "unicode-1-1-utf-7", "utf7": "UTF-7"
        case "unicode", "iso-10646-ucs-2", "ucs-2": "UTF-16"
        case "koi8r": "KOI8-R"
        default:
            if name.hasPrefix("windows-") || name.hasPrefix("windows_") {
                "CP" + name.dropFirst(8)
            } else if name.hasPrefix("windows") {
                "CP" + name.dropFirst(7)
            } else if name.hasPrefix("win-") {
                "CP" + name.dropFirst(4)
            } else if name.hasPrefix("x-cp") {
                String(name.dropFirst(2))
            } else if name.hasPrefix("cp-") {
                "CP" + name.dropFirst(3)
            } else {
                name
            }
        }
    }
}
