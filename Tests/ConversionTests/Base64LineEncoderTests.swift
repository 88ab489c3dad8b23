import BinaryIO
import TestSupport
import Testing

@testable import Conversion

@Suite("Base64 in lines of one length")
struct Base64LineEncoderTests {
    /// The same, digit by digit.
    private static func expected(_ bytes: [UInt8], _ layout: Base64Layout) -> [UInt8] {
        var digits: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for number in 0..<4 {
                digits.append(
                    number <= group.count ? Base64Digits.alphabet[bits >> (18 - 6 * number) & 63] : UInt8(ascii: "="))
            }
        }
        let lineEnd: [UInt8] = layout.hasReturns ? [0x0D, 0x0A] : [0x0A]
        var text: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: layout.columns) {
            if start > 0 { text += lineEnd }
            text += digits[start..<min(start + layout.columns, digits.count)]
        }
        return text + (layout.endsLine && !digits.isEmpty ? lineEnd : [])
    }

    @Test("is the same in whatever pieces the bytes come", arguments: 0..<40 as Range<UInt64>)
    func pieces(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for columns in [76, 4, 8, 60, 64, 72, 1, 5, 75, 77, 1000] {
            let layout = Base64Layout(
                columns: columns, hasReturns: Bool.random(using: &generator), endsLine: Bool.random(using: &generator))
            let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            var encoder = Base64LineEncoder(layout)
            var text: [UInt8] = []
            var start = 0
            while start < bytes.count {
                let end = min(start + Int.random(in: 1...100, using: &generator), bytes.count)
                try Array(bytes[start..<end]).withUnsafeBytes { try encoder.write($0) { text.append(contentsOf: $0) } }
                start = end
            }
            try encoder.finish { text.append(contentsOf: $0) }
            #expect(text == Self.expected(bytes, layout), "seed \(seed), \(layout), \(bytes.count) bytes")
        }
    }
}
