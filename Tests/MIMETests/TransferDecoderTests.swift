import Testing

@testable import MIME

@Suite("Transfer encodings") struct TransferDecoderTests {
    static let cases: [(TransferEncoding, String, String)] = [
        (.identity, "a=41\r\n", "a=41\r\n"),
        (.base64, "aGVsbG8=", "hello"),
        (.base64, "aGVs\r\nbG8=\r\n", "hello"),
        (.base64, "aGVsbG8", "hello"),
        (.base64, "a G-V!s b*G8=", "hello"),
        // Two texts joined, each with its padding.
        (.base64, "aGVsbG8=aGVsbG8=", "hellohello"),
        (.base64, "=", ""),
        (.base64, "a", ""),
        (.quotedPrintable, "caf=C3=A9", "café"),
        (.quotedPrintable, "caf=c3=a9", "café"),
        (.quotedPrintable, "a=\r\nb=\nc= \t\r\nd", "abcd"),
        (.quotedPrintable, "1=2 =XY =4", "1=2 =XY =4"),
        (.quotedPrintable, "end=", "end"),
        (.quotedPrintable, "keep  \r\nblanks", "keep  \r\nblanks"),
        (.uuencode, "begin 644 x\n%:&5L;&\\\n`\nend\n", "hello"),
        (.uuencode, "not encoded", "not encoded"),
    ]

    @Test("Content decodes leniently and completely", arguments: cases)
    func decode(encoding: TransferEncoding, encoded: String, expected: String) {
        #expect(String(decoding: onBytes(encoded) { TransferDecoder.decode($0, encoding) }, as: UTF8.self) == expected)
    }

    @Test("Pieces of any size give the same bytes", arguments: [TransferEncoding.base64, .quotedPrintable, .identity])
    func pieces(encoding: TransferEncoding) {
        let text = "aGVs=41=\r\nbG8gd29y=C3=A9bGQ=\r\n=\n=aGVsbG8 ZZ=="
        onBytes(text) { source in
            let whole = TransferDecoder.decode(source, encoding)
            for room in TransferDecoder.minimumRoom...16 {
                var decoder = TransferDecoder(encoding)
                var pieced: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: room)
                while true {
                    let count = buffer.withUnsafeMutableBytes { decoder.decode(source, into: $0) }
                    if count == 0 { break }
                    pieced.append(contentsOf: buffer[..<count])
                }
                #expect(pieced == whole)
            }
        }
    }
}
