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

    /// Appends the stored form: little-endian, strings as UTF-16 without terminator, multi-values packed or with
    /// their offsets.
    public static func append(_ value: PropertyValue, to bytes: inout [UInt8]) {
        switch value {
        case .integer16(let number): bytes.append(littleEndian: number)
        case .integer32(let number), .errorCode(let number): bytes.append(littleEndian: number)
        case .integer64(let number), .currency(let number): bytes.append(littleEndian: number)
        case .floating32(let number): bytes.append(littleEndian: number.bitPattern)
        case .floating64(let number), .floatingTime(let number): bytes.append(littleEndian: number.bitPattern)
        case .boolean(let flag): bytes.append(flag ? 1 : 0)
        case .time(let time): bytes.append(littleEndian: time.rawValue)
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

    /// UTF-16LE without terminator. NUL characters are left out: readers end a string at the first.
    static func appendUTF16(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            let start = bytes.count
            // Most text of mail is ASCII: widen it in one stride.
            bytes.append(contentsOf: repeatElement(0, count: utf8.count * 2))
            var all: UInt8 = 0
            var hasNUL = false
            bytes.withUnsafeMutableBufferPointer { target in
                for position in 0..<utf8.count {
                    let byte = utf8[position]
                    all |= byte
                    hasNUL = hasNUL || byte == 0
                    target[start + 2 * position] = byte
                }
            }
            guard all & 0x80 != 0 || hasNUL else { return }
            bytes.removeLast(utf8.count * 2)
            for unit in String(decoding: utf8, as: UTF8.self).utf16 where unit != 0 { bytes.append(littleEndian: unit) }
        }
    }
}
