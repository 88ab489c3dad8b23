internal import MAPI

/// The properties of one object — MsgPropertyList, [MS-OXTNEF] 2.1.3.4. Valid only inside the scope that lent
/// the buffer.
struct TNEFPropertyList {
    /// An object property: the interface it was saved through, and its content.
    struct Object {
        let interface: GUID
        let content: UnsafeRawBufferPointer
        /// Offset of the content in the outermost stream.
        let offset: Int
    }

    var properties = PropertyBag()
    /// PidTagAttachDataObject.
    var attachmentObject: Object?
    /// PidTagAttachDataBinary, kept out of `properties` because it is content.
    var attachmentData: UnsafeRawBufferPointer?
    /// Bytes of an HTML body that came as an 8-bit string, in the stream's code page.
    var hasCodePageHTML = false
    /// Properties whose type has no counterpart.
    var skipped: [String] = []

    private let codePage: Int32

    init(codePage: Int32) {
        self.codePage = codePage
    }

    /// Adds the list that begins at the reader's position.
    mutating func add(_ reader: inout TNEFReader) throws(TNEFError) {
        let start = reader.offset
        let count = Int(try reader.word32(.propertyCount))
        guard count <= TNEFLimits.properties else {
            throw TNEFError(structure: .propertyCount, offset: start, found: count, expected: TNEFLimits.properties)
        }
        for _ in 0..<count { try addProperty(&reader) }
    }

    private mutating func addProperty(_ reader: inout TNEFReader) throws(TNEFError) {
        let offset = reader.offset
        let type = PropertyType(rawValue: try reader.word16(.propertyType))
        let id = try reader.word16(.propertyType)
        var tag = PropertyTag(id: id, type: type)
        var name: NamedProperty?
        if id >= 0x8000 {
            let found = try self.name(&reader)
            if found.set == .psMAPI, case .identifier(let fixed) = found.name, fixed < 0x8000 {
                tag = PropertyTag(id: UInt16(fixed), type: type)
            } else {
                name = found
            }
        }
        switch type {
        case .object: try addObject(tag, &reader)
        case .binary where tag.id == PropertyTag.attachDataBinary.id && name == nil:
            attachmentData = try single(&reader)
        case .string8 where tag.id == PropertyTag.html.id && name == nil:
            // HTML carries its own code page; it must not be converted as text of the stream.
            properties[.html] = .binary(Array(Self.terminated(try single(&reader))))
            hasCodePageHTML = true
        default:
            guard let value = try value(type, tag: tag, &reader, offset: offset) else {
                skipped.append("property \(tag) of a type that a message cannot hold")
                return
            }
            if let name { properties[name] = value } else { properties[tag] = value }
        }
    }

    private func name(_ reader: inout TNEFReader) throws(TNEFError) -> NamedProperty {
        let set = try reader.guid(.propertyName)
        let offset = reader.offset
        let kind = try reader.word32(.propertyName)
        switch kind {
        case 0: return NamedProperty(set: set, identifier: try reader.word32(.propertyName))
        case 1: return NamedProperty(set: set, string: Self.unicode(try reader.counted(.propertyName)))
        default: throw TNEFError(structure: .propertyName, offset: offset, found: Int(kind), expected: 1)
        }
    }

    private mutating func addObject(_ tag: PropertyTag, _ reader: inout TNEFReader) throws(TNEFError) {
        let content = try single(&reader)
        guard tag.id == PropertyTag.attachDataObject.id else {
            skipped.append("object property \(tag)")
            return
        }
        // The length of the value counts the interface id before the content.
        let offset = reader.offset - content.count - (4 - content.count % 4) % 4
        var object = TNEFReader(content, base: offset)
        let interface = try object.guid(.object)
        let start = object.offset
        attachmentObject = Object(
            interface: interface, content: try object.take(object.remaining, .object), offset: start)
    }

    /// A value of variable size that occurs once, but with a count before it all the same.
    private func single(_ reader: inout TNEFReader) throws(TNEFError) -> UnsafeRawBufferPointer {
        let offset = reader.offset
        let count = try reader.word32(.propertyValue)
        guard count == 1 else {
            throw TNEFError(structure: .propertyValue, offset: offset, found: Int(count), expected: 1)
        }
        return try reader.counted(.propertyValue)
    }

    /// Nil for a value that is understood but has no counterpart in ``PropertyValue``.
    private func value(
        _ type: PropertyType, tag: PropertyTag, _ reader: inout TNEFReader, offset: Int
    ) throws(TNEFError) -> PropertyValue? {
        switch type {
        case .integer16: .integer16(Int16(truncatingIfNeeded: try reader.word32(.propertyValue)))
        case .integer32: .integer32(Int32(bitPattern: try reader.word32(.propertyValue)))
        case .floating32: .floating32(Float(bitPattern: try reader.word32(.propertyValue)))
        case .floating64: .floating64(Double(bitPattern: try reader.word64(.propertyValue)))
        case .currency: .currency(Int64(bitPattern: try reader.word64(.propertyValue)))
        case .floatingTime: .floatingTime(Double(bitPattern: try reader.word64(.propertyValue)))
        case .errorCode: .errorCode(Int32(bitPattern: try reader.word32(.propertyValue)))
        // Two bytes and two of padding, which may be anything.
        case .boolean: .boolean(try reader.word32(.propertyValue) & 0xFFFF != 0)
        case .integer64: .integer64(Int64(bitPattern: try reader.word64(.propertyValue)))
        case .time: .time(FileTime(rawValue: try reader.word64(.propertyValue)))
        case .guid: .guid(try reader.guid(.propertyValue))
        case .string: .string(Self.unicode(try single(&reader)))
        case .string8: .string(CodePage.text(Self.terminated(try single(&reader)), codePage: codePage))
        case .binary: .binary(Array(try single(&reader)))
        default: try multipleValue(type, &reader, offset: offset)
        }
    }

    private func multipleValue(
        _ type: PropertyType, _ reader: inout TNEFReader, offset: Int
    ) throws(TNEFError) -> PropertyValue? {
        switch type {
        case .multipleInteger16:
            return .multipleInteger16(
                try values(&reader) { (reader) throws(TNEFError) in
                    Int16(truncatingIfNeeded: try reader.word32(.propertyValue))
                })
        case .multipleInteger32:
            return .multipleInteger32(
                try values(&reader) { (reader) throws(TNEFError) in
                    Int32(bitPattern: try reader.word32(.propertyValue))
                })
        case .multipleInteger64:
            return .multipleInteger64(
                try values(&reader) { (reader) throws(TNEFError) in
                    Int64(bitPattern: try reader.word64(.propertyValue))
                })
        case .multipleTime:
            return .multipleTime(
                try values(&reader) { (reader) throws(TNEFError) in
                    FileTime(rawValue: try reader.word64(.propertyValue))
                })
        case .multipleGUID:
            return .multipleGUID(
                try values(&reader) { (reader) throws(TNEFError) in try reader.guid(.propertyValue) })
        case .multipleString:
            return .multipleString(
                try values(&reader) { (reader) throws(TNEFError) in
                    Self.unicode(try reader.counted(.propertyValue))
                })
        case .multipleString8:
            return .multipleString(
                try values(&reader) { (reader) throws(TNEFError) in
                    CodePage.text(Self.terminated(try reader.counted(.propertyValue)), codePage: codePage)
                })
        case .multipleBinary:
            return .multipleBinary(
                try values(&reader) { (reader) throws(TNEFError) in Array(try reader.counted(.propertyValue)) })
        case PropertyType(rawValue: 0x1004):
            _ = try values(&reader) { (reader) throws(TNEFError) in try reader.word32(.propertyValue) }
            return nil
        case PropertyType(rawValue: 0x1005), PropertyType(rawValue: 0x1006), PropertyType(rawValue: 0x1007):
            _ = try values(&reader) { (reader) throws(TNEFError) in try reader.word64(.propertyValue) }
            return nil
        default:
            // Without the type the length is unknown, and with it all that follows.
            throw TNEFError(
                structure: .propertyType, offset: offset, found: Int(type.rawValue),
                expected: Int(PropertyType.binary.rawValue))
        }
    }

    private func values<Value>(
        _ reader: inout TNEFReader, _ read: (inout TNEFReader) throws(TNEFError) -> Value
    ) throws(TNEFError) -> [Value] {
        let offset = reader.offset
        let count = Int(try reader.word32(.propertyValue))
        // Every value takes four bytes at least, so that a false count cannot make a long loop.
        guard count <= reader.remaining / 4 else {
            throw TNEFError(structure: .propertyValue, offset: offset, found: reader.remaining / 4, expected: count)
        }
        var result: [Value] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(try read(&reader)) }
        return result
    }

    // MARK: Strings

    /// 8-bit text up to its terminating zero.
    static func terminated(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let end = bytes.firstIndex(of: 0) ?? bytes.count
        return UnsafeRawBufferPointer(rebasing: bytes[..<end])
    }

    /// UTF-16LE text up to its terminating zero.
    static func unicode(_ bytes: UnsafeRawBufferPointer) -> String {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var position = 0
        while position + 1 < bytes.count {
            let unit = UInt16(bytes[position]) | UInt16(bytes[position + 1]) << 8
            if unit == 0 { break }
            units.append(unit)
            position += 2
        }
        return String(decoding: units, as: UTF16.self)
    }
}
