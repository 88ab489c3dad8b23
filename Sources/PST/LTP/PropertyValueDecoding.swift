import BinaryIO
public import MAPI

/// The way back: stored bytes to values — [MS-PST] 2.3.3.3.
extension PropertyValueEncoding {
    /// The value of a record whose four bytes hold it; nil for types that are not stored so.
    static func inlineValue(_ type: PropertyType, _ word: UInt32) -> PropertyValue? {
        switch type {
        case .integer16: .integer16(Int16(truncatingIfNeeded: word))
        case .integer32: .integer32(Int32(bitPattern: word))
        case .floating32: .floating32(Float(bitPattern: word))
        case .errorCode: .errorCode(Int32(bitPattern: word))
        case .boolean: .boolean(word & 0xFF != 0)
        default: nil
        }
    }

    /// Whether this program knows what values of the type look like.
    public static func isKnown(_ type: PropertyType) -> Bool {
        switch type {
        case .integer16, .integer32, .integer64, .floating32, .floating64, .currency, .floatingTime, .errorCode,
            .boolean, .time, .guid, .string, .string8, .binary, .multipleInteger16, .multipleInteger32,
            .multipleInteger64, .multipleString, .multipleString8, .multipleTime, .multipleGUID, .multipleBinary:
            true
        default: false
        }
    }

    /// The value that `bytes` stand for; nil where they do not fit the type, or the type is not known.
    public static func value(of type: PropertyType, _ bytes: ArraySlice<UInt8>) -> PropertyValue? {
        switch type {
        case .string: return .string(text(bytes))
        case .string8: return .string8(withoutTerminator(bytes))
        case .binary: return .binary(Array(bytes))
        case .multipleString: return items(bytes).map { .multipleString($0.map(text)) }
        case .multipleString8: return items(bytes).map { .multipleString8($0.map(withoutTerminator)) }
        case .multipleBinary: return items(bytes).map { .multipleBinary($0.map { Array($0) }) }
        case .multipleInteger16:
            return numbers(bytes, UInt16.self).map { .multipleInteger16($0.map { .init(bitPattern: $0) }) }
        case .multipleInteger32:
            return numbers(bytes, UInt32.self).map { .multipleInteger32($0.map { .init(bitPattern: $0) }) }
        case .multipleInteger64:
            return numbers(bytes, UInt64.self).map { .multipleInteger64($0.map { .init(bitPattern: $0) }) }
        case .multipleTime: return numbers(bytes, UInt64.self).map { .multipleTime($0.map { FileTime(rawValue: $0) }) }
        case .multipleGUID: return guids(bytes)
        case .guid: return GUID(bytes: bytes).map { .guid($0) }
        default: return fixedValue(type, bytes)
        }
    }

    private static func fixedValue(_ type: PropertyType, _ bytes: ArraySlice<UInt8>) -> PropertyValue? {
        if isInline(type) {
            let needed = cellSize(type)
            return bytes.count >= needed ? inlineValue(type, word(bytes)) : nil
        }
        guard bytes.count == 8 else { return nil }
        let number = bytes.number(UInt64.self, at: 0)
        switch type {
        case .integer64: return .integer64(Int64(bitPattern: number))
        case .currency: return .currency(Int64(bitPattern: number))
        case .floating64: return .floating64(Double(bitPattern: number))
        case .floatingTime: return .floatingTime(Double(bitPattern: number))
        case .time: return .time(FileTime(rawValue: number))
        default: return nil
        }
    }

    /// Up to four bytes as a number.
    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var word: UInt32 = 0
        for (position, byte) in bytes.prefix(4).enumerated() { word |= UInt32(byte) << (8 * UInt32(position)) }
        return word
    }

    /// UTF-16LE; terminators that some writers store are left out, an odd byte at the end too.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.withUnsafeBytes { raw in
            var count = raw.count / 2
            while count > 0, raw[2 * count - 1] == 0, raw[2 * count - 2] == 0 { count -= 1 }
            return String(utf16LittleEndian: UnsafeRawBufferPointer(rebasing: raw[..<(2 * count)]))
        }
    }

    private static func withoutTerminator(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = bytes
        while bytes.last == 0 { bytes.removeLast() }
        return Array(bytes)
    }

    private static func numbers<Value: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _ type: Value.Type) -> [Value]? {
        let size = MemoryLayout<Value>.size
        guard bytes.count % size == 0 else { return nil }
        return bytes.withUnsafeBytes { raw in
            stride(from: 0, to: raw.count, by: size).map { raw.loadLittleEndian(type, at: $0) ?? 0 }
        }
    }

    private static func guids(_ bytes: ArraySlice<UInt8>) -> PropertyValue? {
        guard bytes.count % 16 == 0 else { return nil }
        let starts = stride(from: bytes.startIndex, to: bytes.endIndex, by: 16)
        return .multipleGUID(starts.compactMap { GUID(bytes: bytes[$0..<$0 + 16]) })
    }

    /// The parts of a multi-value of variable size: a count, the offset of each, the parts. No bytes are no parts.
    private static func items(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        guard !bytes.isEmpty else { return [] }
        let count = Int(bytes.number(UInt32.self, at: 0))
        guard bytes.count >= 4, count <= (bytes.count - 4) / 4 else { return nil }
        var result: [ArraySlice<UInt8>] = []
        result.reserveCapacity(count)
        var start = 4 + 4 * count
        for index in 0..<count {
            let begin = Int(bytes.number(UInt32.self, at: 4 + 4 * index))
            let end = index + 1 < count ? Int(bytes.number(UInt32.self, at: 8 + 4 * index)) : bytes.count
            guard begin >= start, end >= begin, end <= bytes.count else { return nil }
            result.append(bytes[bytes.startIndex + begin..<bytes.startIndex + end])
            start = begin
        }
        return result
    }
}
