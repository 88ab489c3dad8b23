/// A header block together with the bytes it lies in: what the fields say.
public struct HeaderView {
    public let bytes: UnsafeRawBufferPointer
    public let block: HeaderBlock
    /// Charset of raw 8-bit text that is not UTF-8: what the message says of its body.
    public let fallbackCharset: String?

    public init(bytes: UnsafeRawBufferPointer, block: HeaderBlock, fallbackCharset: String? = nil) {
        self.bytes = bytes
        self.block = block
        self.fallbackCharset = fallbackCharset
    }

    /// The raw value of the first field of that name, folding and all.
    public func first(_ name: FieldName) -> UnsafeRawBufferPointer? {
        for field in block.fields where field.nameHash == name.hash && name.matches(bytes.slice(field.name)) {
            return bytes.slice(field.value)
        }
        return nil
    }

    /// The raw values of all fields of that name, in order.
    public func all(_ name: FieldName) -> [UnsafeRawBufferPointer] {
        var found: [UnsafeRawBufferPointer] = []
        for field in block.fields where field.nameHash == name.hash && name.matches(bytes.slice(field.name)) {
            found.append(bytes.slice(field.value))
        }
        return found
    }

    public func contains(_ name: FieldName) -> Bool { first(name) != nil }

    /// The first field's value unfolded, encoded words untouched: for identifiers and other structured values.
    public func literal(_ name: FieldName) -> String? {
        first(name).map { HeaderText.literal($0, fallback: fallbackCharset) }
    }

    /// The first field's value as people read it.
    public func text(_ name: FieldName) -> String? {
        first(name).map { HeaderText.decoded($0, fallback: fallbackCharset) }
    }

    /// The mailboxes of all fields of that name, in order.
    public func mailboxes(_ name: FieldName) -> [Mailbox] {
        var found: [Mailbox] = []
        for field in block.fields where field.nameHash == name.hash && name.matches(bytes.slice(field.name)) {
            let mailboxes = AddressList.mailboxes(bytes.slice(field.value), fallback: fallbackCharset)
            if found.isEmpty { found = mailboxes } else { found += mailboxes }
        }
        return found
    }

    /// The first field's value as a date; nil where there is none or it cannot be read.
    public func date(_ name: FieldName) -> InternetDate? { first(name).flatMap { InternetDate($0) } }

    public var contentType: ContentType? { first(.contentType).flatMap(ContentType.init) }
    public var disposition: Disposition? { first(.contentDisposition).flatMap(Disposition.init) }

    /// `Content-ID` without blanks and angle brackets.
    public var contentID: String? {
        guard let literal = literal(.contentID) else { return nil }
        var text = Substring(literal)
        if let open = text.firstIndex(of: "<") { text = text[text.index(after: open)...] }
        if let close = text.lastIndex(of: ">") { text = text[..<close] }
        let identifier = text.filter { $0 != " " }
        return identifier.isEmpty ? nil : identifier
    }
}
