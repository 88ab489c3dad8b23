internal import MAPI
internal import MIME

/// Identifiers and list fields — [MS-OXCMAIL] 2.2.3.2.10 to 2.2.3.2.14, 2.2.3.2.26.
extension MessageImport {
    mutating func setIdentification() {
        set(.internetMessageId, header.literal(.messageID))
        set(.inReplyToId, header.literal(.inReplyTo))
        set(.internetReferences, header.literal(.references).map(Self.singleBlanks))
        set(.listHelp, header.literal(.listHelp) ?? header.literal(.xListHelp))
        set(.listSubscribe, header.literal(.listSubscribe) ?? header.literal(.xListSubscribe))
        set(.listUnsubscribe, header.literal(.listUnsubscribe) ?? header.literal(.xListUnsubscribe))
        set(.internetReturnPath, header.literal(.returnPath).map(Self.withoutBrackets))
        set(.bodyContentId, header.contentID)
        set(.bodyContentLocation, header.text(.contentLocation))
        if let suppressed = header.literal(.autoResponseSuppress).map(AutoResponseSuppress.init), suppressed.bits != 0 {
            message.properties[.autoResponseSuppress] = .integer32(suppressed.bits)
        }
    }

    private mutating func set(_ tag: PropertyTag, _ text: String?) {
        if let text, !text.isEmpty { message.properties[tag] = .string(text) }
    }

    private static func singleBlanks(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    private static func withoutBrackets(_ text: String) -> String {
        text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
    }
}

/// PidTagAutoResponseSuppress — [MS-OXCMAIL] 2.2.3.2.17, [MS-OXOMSG] 2.2.1.77.
struct AutoResponseSuppress {
    private(set) var bits: Int32 = 0

    init(_ field: String) {
        for word in field.split(separator: ",") {
            switch word.filter({ $0 != " " }).lowercased() {
            case "all": bits = -1
            case "dr": bits |= 0x1
            case "ndr": bits |= 0x2
            case "rn": bits |= 0x4
            case "nrn": bits |= 0x8
            case "oof": bits |= 0x10
            case "autoreply": bits |= 0x20
            default: continue
            }
        }
    }
}
