import BinaryIO

/// Values of properties and cells, [MS-PST] 2.3.3.3 to 2.3.3.5.
extension Rule {
    static let valueType = Rule("value-type", .error, "[MS-PST] 2.3.3.3", "a property type is not legal", .item)
    static let valueSize = Rule(
        "value-size", .error, "[MS-PST] 2.3.3.3", "the size of a value is wrong for its type", .item)
    static let valueReference = Rule(
        "value-reference", .error, "[MS-PST] 2.3.3.2", "the HNID of a value leads nowhere", .item)
    static let valueText = Rule(
        "value-text", .error, "[MS-PST] 2.3.3", "a string is not well-formed UTF-16", .item)
    static let valueBoolean = Rule(
        "value-boolean", .error, "[MS-PST] 2.3.3.3", "a boolean is neither 0 nor 1", .item)
    static let valueMultiple = Rule(
        "value-multiple", .error, "[MS-PST] 2.3.3.4", "a multi-value is malformed", .item)
    static let valueObject = Rule("value-object", .error, "[MS-PST] 2.3.3.5", "PtypObject is malformed", .item)
    static let valueNUL = Rule("value-nul", .warning, "[MS-PST] 2.3.3.2", "a string holds a NUL", .none)
    static let valueTerminator = Rule(
        "value-terminator", any: nil, fresh: .error, "scanpst", "a string ends with a NUL", .repair)
    static let valueInlineRest = Rule(
        "value-inline-rest", .warning, "[MS-PST] 2.3.3.3", "the unused bytes of an inline value are not zero", .none)
    static let valueTooLarge = Rule(
        "value-too-large", any: nil, fresh: .error, "[MS-PST] 2.3.3.3",
        "a value of more than 3,580 bytes is in the heap", .repair)
    static let valueLarge = Rule(
        "value-large", any: nil, fresh: .warning, "scanpst", "a value of more than 1,024 bytes is in the heap", .none)
    static let valueSubnodeType = Rule(
        "value-subnode-type", any: nil, fresh: .warning, "[MS-PST] 2.2.2.1",
        "the subnode of a value is not of type LTP",
        .none)
    static let subnodeUnused = Rule(
        "subnode-unused", .warning, "[MS-PST] 2.2.2.8.3.3", "nothing refers to a subnode", .none)
    static let subnodeShared = Rule(
        "subnode-shared", .error, "[MS-PST] 2.3.3.2", "a subnode is referred to twice", .item)
    static let propertyID = Rule("property-id", .warning, "[MS-PST] 2.3.3", "a property has the id 0", .none)

    static let values: [Rule] = [
        valueType, valueSize, valueReference, valueText, valueBoolean, valueMultiple, valueObject, valueNUL,
        valueTerminator, valueInlineRest, valueTooLarge, valueLarge, valueSubnodeType, subnodeUnused, subnodeShared,
        propertyID,
    ]
}

/// Sizes by type, [MS-PST] 2.3.3.3.
enum ValueType {
    static let object: UInt16 = 0x0D
    static let boolean: UInt16 = 0x0B
    static let integer32: UInt16 = 0x03
    static let time: UInt16 = 0x40
    static let string8: UInt16 = 0x1E
    static let string: UInt16 = 0x1F
    static let binary: UInt16 = 0x0102

    /// Bytes of a value of fixed size; nil for the others.
    static func fixedSize(_ type: UInt16) -> Int? {
        switch type {
        case 0x02: 2
        case 0x03, 0x04, 0x0A: 4
        case 0x05, 0x06, 0x07, 0x14, 0x40: 8
        case 0x0B: 1
        case 0x48: 16
        default: nil
        }
    }

    /// Bytes of an element of a multi-value with elements of fixed size.
    static func elementSize(_ type: UInt16) -> Int? {
        guard type & 0x1000 != 0, type != 0x100B, type != 0x100A else { return nil }
        return fixedSize(type & ~0x1000)
    }

    static func isVariableMultiple(_ type: UInt16) -> Bool { type == 0x101E || type == 0x101F || type == 0x1102 }

    static func isLegal(_ type: UInt16) -> Bool {
        switch type {
        case 0x0D, 0x1E, 0x1F, 0x0102, 0xFB, 0xFD, 0xFE: true
        default: fixedSize(type) != nil || elementSize(type) != nil || isVariableMultiple(type)
        }
    }

    /// Bytes of a table cell.
    static func cellSize(_ type: UInt16) -> Int {
        guard let size = fixedSize(type), size <= 8 else { return 4 }
        return size
    }

    /// Whether a cell holds an HNID.
    static func isReference(_ type: UInt16) -> Bool { fixedSize(type).map { $0 > 8 } ?? true }
}

/// Checks UTF-16 in pieces.
struct TextCheck {
    /// A high surrogate at the end of the piece before.
    private var isInPair = false
    private(set) var isWellFormed = true
    private(set) var hasNUL = false
    private(set) var endsWithNUL = false
    private var isOdd = false

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count % 2 != 0 { isOdd = true }
        var offset = 0
        let end = bytes.count & ~1
        // Four ASCII units at a time: most text is that.
        while offset + 8 <= end, !isInPair {
            let units = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard units & 0xFF80_FF80_FF80_FF80 == 0, (units &- 0x0001_0001_0001_0001) & 0x8000_8000_8000_8000 == 0
            else {
                for _ in 0..<4 {
                    add(bytes.loadLittleEndian(UInt16.self, at: offset) ?? 0)
                    offset += 2
                }
                continue
            }
            offset += 8
        }
        while offset < end {
            add(bytes.loadLittleEndian(UInt16.self, at: offset) ?? 0)
            offset += 2
        }
        if end >= 2 { endsWithNUL = bytes[end - 1] == 0 && bytes[end - 2] == 0 }
    }

    private mutating func add(_ unit: UInt16) {
        let isLow = unit & 0xFC00 == 0xDC00
        if isInPair != isLow { isWellFormed = false }
        isInPair = unit & 0xFC00 == 0xD800
        if unit == 0 { hasNUL = true }
    }

    mutating func finish() {
        if isInPair || isOdd { isWellFormed = false }
    }
}

extension FileUnderCheck {
    /// Judges a complete value outside its record or row.
    func checkValue(_ bytes: UnsafeRawBufferPointer, type: UInt16, id: UInt16, _ place: Place) {
        let tag = { hexadecimal(UInt32(id) << 16 | UInt32(type)) }
        if type == ValueType.string {
            var text = TextCheck()
            text.add(bytes)
            report(&text, id, place)
        } else if let size = ValueType.fixedSize(type) {
            if bytes.count != size {
                log.report(.valueSize, place, found: "\(tag()) of \(bytes.count) bytes", expected: "\(size)")
            }
        } else if type == ValueType.string8 {
            if let last = bytes.last, last == 0 { log.report(.valueTerminator, place, found: tag()) }
        } else if let size = ValueType.elementSize(type) {
            if bytes.count % size != 0 {
                log.report(
                    .valueMultiple, place, found: "\(tag()) of \(bytes.count) bytes", expected: "elements of \(size)")
            }
        } else if ValueType.isVariableMultiple(type) {
            forEachElement(bytes, tag: tag, place) { element in
                guard type == 0x101F else { return }
                var text = TextCheck()
                text.add(element)
                report(&text, id, place)
            }
        }
    }

    /// Judges a string in a subnode, block by block.
    func checkText(_ indexes: [Int], id: UInt16, _ place: Place) {
        var text = TextCheck()
        for index in indexes {
            decoded(index)?.withUnsafeBytes { text.add($0) }
        }
        report(&text, id, place)
    }

    private func report(_ text: inout TextCheck, _ id: UInt16, _ place: Place) {
        text.finish()
        if !text.isWellFormed { log.report(.valueText, place, found: "property \(hexadecimal(id))") }
        if text.hasNUL { log.report(.valueNUL, place, found: "property \(hexadecimal(id))") }
        if text.endsWithNUL { log.report(.valueTerminator, place, found: "property \(hexadecimal(id))") }
    }

    /// The elements of a multi-value of variable size, [MS-PST] 2.3.3.4.2.
    func forEachElement(
        _ bytes: UnsafeRawBufferPointer, tag: () -> String, _ place: Place, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        guard !bytes.isEmpty else { return }
        let count = Int(bytes.loadLittleEndian(UInt32.self, at: 0) ?? .max)
        guard count <= bytes.count / 4 - 1 || count == 0 && bytes.count >= 4 else {
            log.report(.valueMultiple, place, found: "\(tag()): ulCount \(count) in \(bytes.count) bytes")
            return
        }
        func offset(_ position: Int) -> Int {
            position == count ? bytes.count : Int(bytes.loadLittleEndian(UInt32.self, at: 4 + 4 * position) ?? 0)
        }
        for position in 0..<count {
            let start = offset(position)
            let end = offset(position + 1)
            guard start <= end, end <= bytes.count, position > 0 || start == 4 + 4 * count else {
                log.report(.valueMultiple, place, found: "\(tag()): element \(position) from \(start) to \(end)")
                return
            }
            body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
    }
}
