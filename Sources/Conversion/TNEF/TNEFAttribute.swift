/// An attribute of a TNEF stream — [MS-OXTNEF] 2.1.3.1 and 2.1.3.5.
struct TNEFAttribute {
    /// The low half of an attribute id, which alone tells the attributes apart.
    enum Identifier: UInt16 {
        case from = 0x8000
        case subject = 0x8004
        case dateSent = 0x8005
        case dateReceived = 0x8006
        case messageClass = 0x8008
        case body = 0x800C
        case priority = 0x800D
        case attachmentData = 0x800F
        case attachmentTitle = 0x8010
        case attachmentCreated = 0x8012
        case attachmentModified = 0x8013
        case attachmentTransportName = 0x9001
        case attachmentRendering = 0x9002
        case messageProperties = 0x9003
        case recipientTable = 0x9004
        case attachmentProperties = 0x9005
        case codePage = 0x9007
        case startDate = 0x0006
        case endDate = 0x0007
        case ownerAppointment = 0x0008
        case responseRequested = 0x0009
    }

    /// Nil for one that is of no use here.
    let identifier: Identifier?
    let isOfAttachment: Bool
    let content: UnsafeRawBufferPointer
    /// Offset of the content in the outermost stream.
    let offset: Int

    var reader: TNEFReader { TNEFReader(content, base: offset) }

    static let signature: UInt32 = 0x223E_9F78

    /// The attributes of a stream, all of them read and checked before anything is made of them.
    static func all(of stream: TNEFReader, verifyingChecksums: Bool) throws(TNEFError) -> [TNEFAttribute] {
        var reader = stream
        let signature = try reader.word32(.signature)
        guard signature == Self.signature else {
            throw TNEFError(
                structure: .signature, offset: stream.offset, found: Int(signature), expected: Int(Self.signature))
        }
        // The key only tied a message to its attachments in Microsoft Mail.
        _ = try reader.word16(.signature)
        var result: [TNEFAttribute] = []
        while reader.remaining > 0 {
            if isPadding(reader) { break }
            guard result.count < TNEFLimits.attributes else {
                throw TNEFError(
                    structure: .attributeCount, offset: reader.offset, found: result.count + 1,
                    expected: TNEFLimits.attributes)
            }
            result.append(try attribute(&reader, verifyingChecksums: verifyingChecksums))
        }
        return result
    }

    private static func attribute(
        _ reader: inout TNEFReader, verifyingChecksums: Bool
    ) throws(TNEFError) -> TNEFAttribute {
        let start = reader.offset
        let level = try reader.take(1, .attribute)[0]
        guard level == 1 || level == 2 else {
            throw TNEFError(structure: .attribute, offset: start, found: Int(level), expected: 1)
        }
        let identifier = try reader.word32(.attribute)
        let length = Int(try reader.word32(.attribute))
        let offset = reader.offset
        let content = try reader.take(length, .attribute)
        let checksum = try reader.word16(.attribute)
        if verifyingChecksums {
            let sum = content.reduce(into: UInt16(0)) { sum, byte in sum &+= UInt16(byte) }
            guard sum == checksum else {
                throw TNEFError(structure: .checksum, offset: offset, found: Int(sum), expected: Int(checksum))
            }
        }
        return TNEFAttribute(
            identifier: Identifier(rawValue: UInt16(truncatingIfNeeded: identifier)), isOfAttachment: level == 2,
            content: content, offset: offset)
    }

    /// Zeros or line ends that a mail program put behind the stream; shorter than any attribute.
    private static func isPadding(_ reader: TNEFReader) -> Bool {
        guard reader.remaining < 11 else { return false }
        return reader.bytes[reader.position...].allSatisfy { [0x00, 0x0A, 0x0D, 0x20].contains($0) }
    }
}
