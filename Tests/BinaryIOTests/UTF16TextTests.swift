import BinaryIO
import TestSupport
import Testing

@Suite("Text in UTF-16LE")
struct UTF16TextTests {
    private static func text(_ units: [UInt16], oddByte: Bool = false) -> String {
        var bytes: [UInt8] = []
        for unit in units { bytes.append(littleEndian: unit) }
        if oddByte { bytes.append(0x41) }
        return bytes.withUnsafeBytes { String(utf16LittleEndian: $0) }
    }

    @Test(
        "is what it says, whatever the script, and U+FFFD stands for half a character",
        arguments: [
            ("", []), ("A", [0x41]), ("Grüße, 日本", [0x47, 0x72, 0xFC, 0xDF, 0x65, 0x2C, 0x20, 0x65E5, 0x672C]),
            ("\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}", [0x7F, 0x80, 0x7FF, 0x800, 0xFFFF]),
            ("a😀b", [0x61, 0xD83D, 0xDE00, 0x62]), ("\u{10FFFF}", [0xDBFF, 0xDFFF]),
            ("\u{FFFD}", [0xD83D]), ("\u{FFFD}", [0xDE00]), ("x\u{FFFD}y", [0x78, 0xD83D, 0x79]),
            ("\u{FFFD}😀", [0xD83D, 0xD83D, 0xDE00]), ("\u{FFFD}\u{FFFD}", [0xDE00, 0xD83D]),
            ("a\0b", [0x61, 0, 0x62]),
        ] as [(String, [UInt16])])
    func vectors(expected: String, units: [UInt16]) {
        #expect(Self.text(units) == expected)
        #expect(Self.text(units, oddByte: true) == expected)
    }

    @Test("is what the standard library makes of the same units", arguments: 0..<20 as Range<UInt64>)
    func randomUnits(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let units = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                switch Int.random(in: 0..<10, using: &generator) {
                case 0: UInt16.random(in: 0xD800...0xDBFF, using: &generator)
                case 1: UInt16.random(in: 0xDC00...0xDFFF, using: &generator)
                case 2: UInt16.random(in: 0...0xFFFF, using: &generator)
                case 3: UInt16.random(in: 0x80...0x7FF, using: &generator)
                default: UInt16.random(in: 0...0x7F, using: &generator)
                }
            }
            #expect(Self.text(units) == String(decoding: units, as: UTF16.self), "seed \(seed): \(units)")
        }
    }
}
