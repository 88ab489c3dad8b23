internal import MAPI
internal import MIME

/// A part of a message that is written — entity, RFC 2045 2.4.
struct OutgoingEntity {
    /// The `Content-` fields.
    var fields = HeaderLines()
    let content: OutgoingContent
    /// Bytes above 0x7F somewhere inside, which the parts around have to declare (RFC 2045 6.4).
    let is8Bit: Bool

    private init(fields: HeaderLines, content: OutgoingContent, is8Bit: Bool = false) {
        self.fields = fields
        self.content = content
        self.is8Bit = is8Bit
    }

    typealias Parameter = (name: String, value: String)

    static func text(
        _ bytes: [UInt8], type: String, parameters: [Parameter], adding more: HeaderLines = HeaderLines()
    ) -> OutgoingEntity {
        var fields = HeaderLines()
        fields.add("Content-Type", value: type, parameters: parameters)
        let text = TransferText(bytes)
        fields.add("Content-Transfer-Encoding", text: text.encoding)
        fields.append(more)
        return OutgoingEntity(
            fields: fields, content: text.isBase64 ? .base64(.bytes(text.bytes), name: type) : .lines(text.bytes))
    }

    /// UTF-8, or US-ASCII where that is enough.
    static func text(_ text: String, type: String, parameters: [Parameter] = []) -> OutgoingEntity {
        let bytes = Array(text.utf8)
        let charset = bytes.allSatisfy { $0 < 0x80 } ? "us-ascii" : "utf-8"
        return .text(bytes, type: type, parameters: [("charset", charset)] + parameters)
    }

    /// Any content in base64; `fields` hold its type and disposition.
    static func base64(_ content: AttachmentContent, name: String, fields: HeaderLines) -> OutgoingEntity {
        var fields = fields
        fields.add("Content-Transfer-Encoding", text: "base64")
        return OutgoingEntity(fields: fields, content: .base64(content, name: name))
    }

    static func multipart(
        _ subtype: String, boundary: String, parameters: [Parameter] = [], _ parts: [OutgoingEntity]
    ) -> OutgoingEntity {
        var fields = HeaderLines()
        fields.add(
            "Content-Type", value: "multipart/\(subtype)", parameters: parameters + [("boundary", boundary)])
        let is8Bit = parts.contains(where: \.is8Bit)
        if is8Bit { fields.add("Content-Transfer-Encoding", text: "8bit") }
        return OutgoingEntity(fields: fields, content: .multipart(boundary, parts), is8Bit: is8Bit)
    }

    /// Content of type `message/…` that is already in lines: not to be encoded, RFC 2046 5.2.
    static func fields(_ lines: HeaderLines, type: String) -> OutgoingEntity {
        var fields = HeaderLines()
        fields.add("Content-Type", text: type)
        fields.add("Content-Transfer-Encoding", text: lines.is8Bit ? "8bit" : "7bit")
        return OutgoingEntity(fields: fields, content: .lines(lines.bytes), is8Bit: lines.is8Bit)
    }

    /// Bytes that are lines already; nil where they would have to be encoded.
    static func sevenBit(_ bytes: [UInt8], type: String, name: String) -> OutgoingEntity? {
        let text = TransferText(bytes)
        guard text.encoding == "7bit" else { return nil }
        var fields = HeaderLines()
        fields.add("Content-Type", text: type)
        fields.add("Content-Transfer-Encoding", text: "7bit")
        fields.add("Content-Disposition", value: "attachment", parameters: [("filename", name)])
        return OutgoingEntity(fields: fields, content: .lines(text.bytes))
    }

    static func message(_ composed: ComposedMessage, adding more: HeaderLines) -> OutgoingEntity {
        var fields = HeaderLines()
        fields.add("Content-Type", text: "message/rfc822")
        fields.add("Content-Transfer-Encoding", text: composed.is8Bit ? "8bit" : "7bit")
        fields.append(more)
        return OutgoingEntity(fields: fields, content: .message(composed), is8Bit: composed.is8Bit)
    }

    /// A signed entity: its own `Content-` fields, and from `offset` on bytes that must not change.
    static func verbatim(
        _ content: AttachmentContent, from offset: Int, name: String, fields: HeaderLines
    ) -> OutgoingEntity {
        let is7Bit: Bool
        if case .bytes(let bytes) = content { is7Bit = bytes.allSatisfy { $0 < 0x80 } } else { is7Bit = false }
        return OutgoingEntity(
            fields: fields, content: .verbatim(content, offset: offset, name: name), is8Bit: !is7Bit)
    }
}

/// A header and what it stands before.
struct ComposedMessage {
    var header: HeaderLines
    let root: OutgoingEntity

    var is8Bit: Bool { header.is8Bit || root.is8Bit }
}

indirect enum OutgoingContent {
    /// ASCII lines that end with LF.
    case lines([UInt8])
    case base64(AttachmentContent, name: String)
    case multipart(String, [OutgoingEntity])
    case message(ComposedMessage)
    case verbatim(AttachmentContent, offset: Int, name: String)

    /// Whether it always ends with a line end of its own, so that a boundary needs none before it.
    var endsLine: Bool {
        switch self {
        case .base64, .multipart: true
        case .lines, .verbatim: false
        case .message(let composed): composed.root.content.endsLine
        }
    }
}
