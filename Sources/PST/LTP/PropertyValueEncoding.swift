import BinaryIO
public import MAPI

/// How the values of properties are stored — [MS-PST] 2.3.3.3.
public enum PropertyValueEncoding {
    /// Values of these types stand in the record itself.
    static func isInline(_ type: PropertyType) -> Bool {
        switch type {
        case .integer16, .integer32, .floating32, .errorCode, .boolean: true
        default: false
        }
    }

    /// Bytes of a value in a table cell; variable types are a HNID of 4.
    static func cellSize(_ type: PropertyType) -> Int {
        switch type {
        case .integer64, .time, .floating64, .currency, .floatingTime: 8
        case .integer16: 2
        case .boolean: 1
        default: 4
        }
    }

    /// Whether a cell holds a HNID rather than the value.
    static func isReference(_ type: PropertyType) -> Bool {
        switch type {
        case .integer16, .integer32, .floating32, .errorCode, .boolean, .integer64, .time, .floating64, .currency,
            .floatingTime:
            false
        default: true
        }
    }

    /// The stored form of a value that is not ``isReference(_:)``: a number, and how many bytes of it count, the lowest first;
    /// nil for all others.
    static func fixed(_ value: PropertyValue) -> (word: UInt64, size: Int)? {
        switch value {
        case .integer16(let number): (UInt64(UInt16(bitPattern: number)), 2)
        case .integer32(let number), .errorCode(let number): (UInt64(UInt32(bitPattern: number)), 4)
        case .integer64(let number), .currency(let number): (UInt64(bitPattern: number), 8)
        case .floating32(let number): (UInt64(number.bitPattern), 4)
        case .floating64(let number), .floatingTime(let number): (number.bitPattern, 8)
        case .boolean(let flag): (flag ? 1 : 0, 1)
        case .time(let time): (time.rawValue, 8)
        default: nil
        }
    }

    /// Appends the stored form: little-endian, strings as UTF-16 without terminator, multi-values packed or with
    /// their offsets.
    public static func append(_ value: PropertyValue, to bytes: inout [UInt8]) {
        switch value {
        case .integer16, .integer32, .errorCode, .integer64, .currency, .floating32, .floating64, .floatingTime,
            .boolean,
            .time:
            guard let (word, size) = fixed(value) else { return }
            for position in 0..<size { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(position)))) }
        case .guid(let guid): bytes += guid.bytes
        case .string(let text): appendUTF16(text, to: &bytes)
        case .string8(let text): bytes += text
        case .binary(let data): bytes += data
        case .multipleInteger16(let numbers): for number in numbers { bytes.append(littleEndian: number) }
        case .multipleInteger32(let numbers): for number in numbers { bytes.append(littleEndian: number) }
        case .multipleInteger64(let numbers): for number in numbers { bytes.append(littleEndian: number) }
        case .multipleTime(let times): for time in times { bytes.append(littleEndian: time.rawValue) }
        case .multipleGUID(let guids): for guid in guids { bytes += guid.bytes }
        case .multipleString(let texts):
            appendItems(texts.count, to: &bytes) { appendUTF16(texts[$0], to: &$1) }
        case .multipleString8(let texts): appendItems(texts.count, to: &bytes) { $1 += texts[$0] }
        case .multipleBinary(let values): appendItems(values.count, to: &bytes) { $1 += values[$0] }
        }
    }

    /// Multi-values of variable size: a count, the offset of each item, the items.
    private static func appendItems(_ count: Int, to bytes: inout [UInt8], item: (Int, inout [UInt8]) -> Void) {
        guard count > 0 else { return }
        let start = bytes.count
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: count))
        bytes.append(contentsOf: repeatElement(0, count: 4 * count))
        for index in 0..<count {
            bytes.store(littleEndian: UInt32(truncatingIfNeeded: bytes.count - start), at: start + 4 + 4 * index)
            item(index, &bytes)
        }
    }

    /// Writes well-formed UTF-8 as UTF-16LE without its NULs; there are never more units than bytes.
    /// - Returns: the number of units.
    private static func transcode(_ utf8: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableRawPointer?) -> Int {
        guard let target else { return 0 }
        var units = 0
        var position = 0
        func put(_ unit: UInt32) {
            target.storeBytes(
                of: UInt16(truncatingIfNeeded: unit).littleEndian, toByteOffset: 2 * units, as: UInt16.self)
            units += 1
        }
        // Swift strings hold well-formed UTF-8 only, so that continuation bytes are always there.
        func continuation(_ offset: Int) -> UInt32 { UInt32(utf8[position + offset] & 0x3F) }
        while position < utf8.count {
            let first = UInt32(utf8[position])
            if first < 0x80 {
                if first != 0 { put(first) }
                position += 1
            } else if first < 0xE0 {
                put((first & 0x1F) << 6 | continuation(1))
                position += 2
            } else if first < 0xF0 {
                put((first & 0x0F) << 12 | continuation(1) << 6 | continuation(2))
                position += 3
            } else {
                let high = (first & 0x07) << 18 | continuation(1) << 12
                let scalar = (high | continuation(2) << 6 | continuation(3)) - 0x1_0000
                put(0xD800 | scalar >> 10)
                put(0xDC00 | scalar & 0x3FF)
                position += 4
            }
        }
        return units
    }

    /// Writes each byte as a UTF-16LE unit, without a branch in the loop, so that many are written at once.
    /// - Returns: whether the bytes are ASCII without NULs, so that the units are the text's.
    private static func widen(_ utf8: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableRawPointer?) -> Bool {
        guard let target, let source = utf8.baseAddress else { return true }
        // The top bit is set by what is not ASCII, and by the borrow of 0.
        var marks: UInt8 = 0
        for position in 0..<utf8.count {
            let byte = source[position]
            marks |= byte | (byte &- 1)
            target.storeBytes(of: UInt16(byte).littleEndian, toByteOffset: 2 * position, as: UInt16.self)
        }
        return marks & 0x80 == 0
    }

    /// UTF-16LE without terminator. NUL characters are left out: readers end a string at the first.
    static func appendUTF16(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: utf8.count * 2))
            // Most text of mail is ASCII: widen it in one stride.
            let isPlain = bytes.withUnsafeMutableBytes { widen(utf8, into: $0.baseAddress.map { $0 + start }) }
            guard !isPlain else { return }
            let units = bytes.withUnsafeMutableBytes { transcode(utf8, into: $0.baseAddress.map { $0 + start }) }
            bytes.removeLast((utf8.count - units) * 2)
        }
    }
}
