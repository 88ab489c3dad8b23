/// A piece of the original message, in the order of its bytes.
enum OriginalSegment: Equatable {
    /// The next bytes of the literal text, as many as are said.
    case literal(Int)
    case reference(StoredReference)
}

/// Bytes of the original that can be made from what is stored with the item.
struct StoredReference: Equatable {
    let source: StoredSource
    /// The first byte of the source that is used, and how many.
    let offset: Int
    let length: Int
    let form: StoredForm
}

/// What is done to stored bytes to get the original's.
struct StoredForm: Equatable {
    /// A CR that stands before LF is left out: the message had LF line ends, what is stored has CRLF.
    var dropsReturns = false
    /// After that; nil where the bytes stand as they are.
    var encoding: StoredEncoding?

    static let verbatim = StoredForm()
}

/// How stored bytes were encoded in the original.
enum StoredEncoding: Equatable {
    case base64(Base64Layout)
    case quotedPrintable(QuotedPrintableLayout)
}

/// How a base64 text is divided into lines — RFC 2045 6.8. The last line may be shorter; it alone has padding.
struct Base64Layout: Equatable {
    /// Digits of a line.
    let columns: Int
    /// CRLF; otherwise LF.
    let hasReturns: Bool
    /// Whether a line end follows the last line too.
    let endsLine: Bool
}
