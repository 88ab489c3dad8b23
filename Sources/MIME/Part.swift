/// A node of a message's structure — an entity, RFC 2045 2.4. Byte ranges refer to the buffer that was parsed;
/// nothing is decoded or copied.
public struct Part: Sendable {
    public let header: HeaderBlock
    public let type: ContentType
    public let disposition: Disposition?
    public let transferEncoding: TransferEncoding
    /// `Content-ID` without angle brackets.
    public let contentID: String?
    /// True for a multipart that was left undivided because it lies too deep.
    public internal(set) var isTooDeep = false
    /// Everything after the header, without the line end that belongs to the boundary after it.
    public internal(set) var content: Range<Int>
    /// Parts of a multipart; empty for leaves, `message/rfc822` included.
    public internal(set) var children: [Part] = []
    /// Text of a multipart before the first and after the last boundary.
    public internal(set) var prologue: Range<Int> = 0..<0
    public internal(set) var epilogue: Range<Int> = 0..<0

    public var isMultipart: Bool { type.type == "multipart" }
    /// `message/rfc822` and its UTF-8 relative, RFC 6532 3.7.
    public var isMessage: Bool { type.type == "message" && (type.subtype == "rfc822" || type.subtype == "global") }
    /// The charset that the first text part declares.
    public var textCharset: String? {
        if type.type == "text" { return type.parameters["charset"] }
        for child in children {
            if let charset = child.textCharset { return charset }
        }
        return nil
    }

    /// Header and content.
    public var entity: Range<Int> { header.range.lowerBound..<max(header.range.lowerBound, content.upperBound) }
}

/// How a message departs from the rules in ways that matter to what is kept.
public enum StructureDefect: Hashable, Sendable {
    /// It does not begin with a header field.
    case noHeader
    /// Multiparts beyond ``MIMELimits/multipartDepth`` were left undivided.
    case tooDeep
    /// Parts beyond ``MIMELimits/partCount`` were left undivided.
    case tooManyParts
}
