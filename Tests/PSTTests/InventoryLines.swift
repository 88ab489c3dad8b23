import BinaryIO
import Foundation
import MAPI
import PST

/// A message as the lines "field: value" that an inventory line would give, so that two of them can be compared.
enum InventoryLines {
    /// From what the checker printed.
    static func lines(of inventory: Inventory.Line, _ prefix: String = "") -> [String] {
        var lines: [String] = []
        // The data of an embedded message is the message.
        let isObject = inventory["message"] is Inventory.Line
        for (key, value) in inventory where !["kind", "folder", "assoc"].contains(key) {
            if isObject, ["data_size", "sha256"].contains(key) { continue }
            switch (key, value) {
            case ("recipients", let list as [Inventory.Line]), ("attachments", let list as [Inventory.Line]):
                lines.append("\(prefix)\(key): \(list.count)")
                for (position, item) in list.enumerated() {
                    lines += self.lines(of: item, "\(prefix)\(key) \(position) ")
                }
            case ("message", let inner as Inventory.Line):
                lines += self.lines(of: inner, prefix + "message ")
            case ("message", _): break
            default: lines.append("\(prefix)\(key): \(text(value))")
            }
        }
        return lines.sorted()
    }

    private static func text(_ value: Any) -> String {
        switch value {
        case let number as NSNumber: "\(number.int64Value)"
        case let list as [String]: list.joined(separator: "|")
        case let text as String: text
        default: "-"
        }
    }

    /// From a message that was read.
    static func lines(of message: MessageObject, size: UInt64? = nil, _ prefix: String = "") -> [String] {
        let bag = message.properties
        var lines: [String] = []
        func add(_ key: String, _ value: String?) { lines.append("\(prefix)\(key): \(value ?? "-")") }
        for (key, id) in strings { add(key, text(bag, id)) }
        for (key, tag) in numbers { add(key, bag.integer32(tag).map { "\($0)" }) }
        for (key, tag) in times { add(key, bag.time(tag).map { time($0) }) }
        for (key, id) in contents {
            let bytes = stored(bag, id)
            add(key, bytes.map { hex(Digest.sha256($0)) })
            add(key + "_len", bytes.map { "\($0.count)" })
        }
        add("flags", "\(bag.integer32(.messageFlags) ?? 0)")
        switch bag[NamedProperty(set: .psPublicStrings, string: "Keywords")] {
        case .multipleString(let names)?: add("categories", names.joined(separator: "|"))
        case .multipleString8(let names)?: add("categories", names.map(windows1252).joined(separator: "|"))
        default: add("categories", "")
        }
        add("recipients", "\(message.recipients.count)")
        for (position, recipient) in message.recipients.enumerated() {
            let bag = recipient.properties
            add("recipients \(position) type", bag.integer32(.recipientType).map { "\($0)" })
            for (key, tag) in recipientStrings { add("recipients \(position) \(key)", text(bag, tag.id)) }
        }
        add("attachments", "\(message.attachments.count)")
        for (position, attachment) in message.attachments.enumerated() {
            lines += self.lines(of: attachment, "\(prefix)attachments \(position) ")
        }
        return lines.sorted()
    }

    private static func lines(of attachment: Attachment, _ prefix: String) -> [String] {
        let bag = attachment.properties
        var lines: [String] = []
        func add(_ key: String, _ value: String?) { lines.append("\(prefix)\(key): \(value ?? "-")") }
        add("filename", text(bag, PropertyTag.attachLongFilename.id) ?? text(bag, PropertyTag.attachFilename.id))
        for (key, tag) in attachmentStrings { add(key, text(bag, tag.id)) }
        add("method", bag.integer32(.attachMethod).map { "\($0)" })
        add("size", bag.integer32(.attachSize).map { "\($0)" })
        add("hidden", bag.boolean(.attachmentHidden) == true ? "1" : "0")
        add("inline", (bag.integer32(.attachFlags) ?? 0) & 4 != 0 ? "1" : "0")
        if case .message(let inner) = attachment.content {
            lines += self.lines(of: inner, prefix + "message ")
        } else if let bytes = try? bytes(of: attachment.content) {
            add("sha256", hex(Digest.sha256(bytes)))
            add("data_size", "\(bytes.count)")
        }
        return lines
    }

    static func bytes(of content: AttachmentContent) throws -> [UInt8]? {
        switch content {
        case .none, .message: return nil
        case .bytes(let bytes), .storage(let bytes): return bytes
        case .stream(let stream):
            var reader = stream.makeReader()
            var result: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 5000)
            while case let count = try buffer.withUnsafeMutableBytes({ try reader.read(into: $0) }), count > 0 {
                result += buffer[..<count]
            }
            return result
        }
    }

    /// The text of a property; old stores' 8-bit strings as Windows-1252, as the checker takes them.
    static func text(_ bag: PropertyBag, _ id: UInt16) -> String? {
        if let text = bag.string(PropertyTag(id: id, type: .string)) { return text }
        guard case .string8(let bytes)? = bag[PropertyTag(id: id, type: .string8)] else { return nil }
        return windows1252(bytes)
    }

    static func windows1252(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains(byte)
                ? "\u{FFFD}" : String(bytes: [byte], encoding: .windowsCP1252) ?? "\u{FFFD}"
        }.joined()
    }

    private static func stored(_ bag: PropertyBag, _ id: UInt16) -> [UInt8]? {
        for type in [PropertyType.string, .string8, .binary] {
            switch bag[PropertyTag(id: id, type: type)] {
            case .string(let text)?: return Array(text.utf8)
            case .string8(let bytes)?, .binary(let bytes)?: return bytes
            default: continue
            }
        }
        return nil
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func time(_ time: FileTime) -> String {
        var stamp = time_t(time.unixSeconds)
        var fields = tm()
        gmtime_r(&stamp, &fields)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &fields)
        let seconds = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let micros = time.rawValue / 10 % 1_000_000
        let fraction = micros == 0 ? "" : "." + String(String(1_000_000 + micros).dropFirst())
        return seconds + fraction + "Z"
    }

    private static let strings: [(String, UInt16)] = [
        ("class", 0x001A), ("subject", 0x0037), ("topic", 0x0070), ("message_id", 0x1035), ("in_reply_to", 0x1042),
        ("references", 0x1039), ("sender_name", 0x0C1A), ("sender", 0x0C1F), ("sender_addrtype", 0x0C1E),
        ("smtp", 0x5D01), ("from_name", 0x0042), ("from", 0x0065), ("from_smtp", 0x5D02),
    ]
    private static let numbers: [(String, PropertyTag)] = [
        ("size", .messageSize), ("importance", .importance), ("sensitivity", .sensitivity), ("icon", .iconIndex),
        ("last_verb", .lastVerbExecuted), ("flag_status", .flagStatus), ("flag_icon", .followupIcon),
    ]
    private static let times: [(String, PropertyTag)] = [
        ("submit", .clientSubmitTime), ("delivery", .messageDeliveryTime), ("created", .creationTime),
        ("modified", .lastModificationTime), ("last_verb_time", .lastVerbExecutionTime),
    ]
    private static let contents: [(String, UInt16)] = [
        ("body", 0x1000), ("html", 0x1013), ("rtf", 0x1009), ("headers", 0x007D),
    ]
    private static let recipientStrings: [(String, PropertyTag)] = [
        ("name", .displayName), ("addrtype", .addressType), ("address", .emailAddress), ("smtp", .smtpAddress),
    ]
    private static let attachmentStrings: [(String, PropertyTag)] = [
        ("name", .displayName), ("mime", .attachMimeTag), ("content_id", .attachContentId),
        ("content_location", .attachContentLocation), ("path", .attachLongPathname),
    ]
}
