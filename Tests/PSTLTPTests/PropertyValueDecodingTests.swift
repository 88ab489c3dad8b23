import MAPI
import PSTLTP
import Testing

@Suite("A stored property value")
struct PropertyValueDecodingTests {
    static let values: [PropertyValue] = [
        .integer16(-2), .integer32(-3), .integer64(-4), .floating32(1.5), .floating64(-2.5), .currency(12_345),
        .floatingTime(36_526.25), .errorCode(-2_147_221_233), .boolean(true), .boolean(false),
        .time(FileTime(unixSeconds: 1_700_000_000)), .guid(.psetidCommon), .string(""), .string("plain"),
        .string("Größe 日本 😀"), .string8([0x93, 0xFA]), .binary([]), .binary([0, 1, 0]), .multipleInteger16([1, -1]),
        .multipleInteger32([7, -7]), .multipleInteger64([9]), .multipleTime([FileTime(unixSeconds: 0)]),
        .multipleGUID([.psMAPI, .psPublicStrings]), .multipleString(["", "a", "日本"]), .multipleString([]),
        .multipleString8([[0x41], [], [0x42]]), .multipleBinary([[], [1, 2], [3]]),
    ]

    @Test("is read as what was written", arguments: values)
    func roundTrip(value: PropertyValue) {
        var bytes: [UInt8] = [0xAA]
        PropertyValueEncoding.append(value, to: &bytes)
        // A slice that does not begin at 0, as items of a heap are.
        #expect(PropertyValueEncoding.value(of: value.type, bytes[1...]) == value)
        #expect(PropertyValueEncoding.isKnown(value.type))
    }

    @Test("that is cut off, or has bytes changed, gives a value or none", arguments: values)
    func damaged(value: PropertyValue) {
        var bytes: [UInt8] = []
        PropertyValueEncoding.append(value, to: &bytes)
        for count in 0..<bytes.count {
            let short = PropertyValueEncoding.value(of: value.type, bytes[..<count])
            #expect(short == nil || short != value || value.type == .boolean)
        }
        for position in bytes.indices {
            for byte: UInt8 in [0, 0x7F, 0xFF] {
                var changed = bytes
                changed[position] = byte
                let found = PropertyValueEncoding.value(of: value.type, changed[...])
                #expect(found == nil || found?.type == value.type)
            }
        }
    }

    @Test(
        "of many parts must have their offsets in order and inside it",
        arguments: [
            [1, 0, 0, 0, 9, 0, 0, 0], [2, 0, 0, 0, 16, 0, 0, 0, 12, 0, 0, 0, 1, 2, 3, 4],
            [255, 255, 255, 255, 8, 0, 0, 0],
            [1, 0, 0, 0, 4, 0, 0, 0], [1, 0, 0],
        ] as [[UInt8]])
    func offsets(bytes: [UInt8]) {
        #expect(PropertyValueEncoding.value(of: .multipleBinary, bytes[...]) == nil)
    }

    @Test("loses the terminators that some programs store")
    func terminators() {
        let text = PropertyValueEncoding.value(of: .string, [0x41, 0, 0, 0])
        #expect(text == .string("A"))
        #expect(PropertyValueEncoding.value(of: .string8, [0x41, 0]) == .string8([0x41]))
    }
}
