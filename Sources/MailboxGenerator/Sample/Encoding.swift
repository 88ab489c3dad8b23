import Foundation
import Glibc

/// `text` in another charset, by the C library.
func bytes(_ text: String, in charset: String) throws -> [UInt8] {
    let converter = iconv_open(charset, "UTF-8")
    guard converter != iconv_t(bitPattern: -1) else { throw WriteError(charset) }
    defer { iconv_close(converter) }
    var input = Array(text.utf8CString.dropLast())
    var output = [CChar](repeating: 0, count: input.count * 4 + 16)
    let written = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target -> Int? in
            var from = source.baseAddress
            var into = target.baseAddress
            var fromLeft = source.count
            var intoLeft = target.count
            guard iconv(converter, &from, &fromLeft, &into, &intoLeft) != -1 else { return nil }
            // ISO-2022 charsets end with a shift back to ASCII.
            guard iconv(converter, nil, nil, &into, &intoLeft) != -1 else { return nil }
            return target.count - intoLeft
        }
    }
    guard let written else { throw WriteError(charset) }
    return output.prefix(written).map(UInt8.init(bitPattern:))
}

/// `bytes` in base64, in lines of 76.
func base64(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
}

/// A file's made-up content: the same bytes for the same arguments.
func madeUpBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// A picture of one pixel.
let onePixelPNG = """
    iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
    """
