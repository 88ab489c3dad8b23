/// The value of a Content-Type field — RFC 2045 5.1.
public struct ContentType: Hashable, Sendable {
    /// Lower case.
    public let type: String
    /// Lower case.
    public let subtype: String
    public let parameters: Parameters
    /// The boundary as bytes, for it is compared as bytes.
    let rawBoundary: [UInt8]?

    init(type: String, subtype: String, parameters: Parameters = Parameters(), rawBoundary: [UInt8]? = nil) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
        self.rawBoundary = rawBoundary
    }

    public static let plainText = ContentType(type: "text", subtype: "plain")
    public static let message = ContentType(type: "message", subtype: "rfc822")
    public static let octetStream = ContentType(type: "application", subtype: "octet-stream")

    /// `type/subtype`.
    public var name: String { type + "/" + subtype }

    public func isType(_ type: String, _ subtype: String) -> Bool { self.type == type && self.subtype == subtype }

    /// nil where the value says nothing, so that the default of the place counts (RFC 2045 5.2). Parameters without a
    /// readable type are kept, with the type that such content has.
    init?(_ value: UnsafeRawBufferPointer) {
        let field = ParameterizedField(value)
        if let (type, subtype) = Self.names(field.value) {
            self.type = type
            self.subtype = subtype
        } else if field.parameters["name"] != nil {
            (type, subtype) = ("application", "octet-stream")
        } else if field.parameters["charset"] != nil {
            (type, subtype) = ("text", "plain")
        } else {
            return nil
        }
        parameters = field.parameters
        // It does not end with blanks (RFC 2046 5.1.1), which transports cut off from lines.
        rawBoundary = field.rawParameter("boundary").map {
            Array($0.prefix($0.count - $0.reversed().prefix(while: \.isBlank).count))
        }
    }

    private static func names(_ value: [UInt8]) -> (type: String, subtype: String)? {
        guard let slash = value.firstIndex(of: ASCII.slash), slash > 0, slash + 1 < value.count,
            value.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return (String(lowercasedASCII: value[..<slash]), String(lowercasedASCII: value[(slash + 1)...]))
    }
}

/// The value of a Content-Disposition field — RFC 2183.
public struct Disposition: Hashable, Sendable {
    /// Lower case; `attachment`, `inline`, or whatever else was written.
    public let kind: String
    public let parameters: Parameters

    public var isAttachment: Bool { kind == "attachment" }

    init?(_ value: UnsafeRawBufferPointer) {
        let field = ParameterizedField(value)
        guard !field.value.isEmpty || field.parameters["filename"] != nil else { return nil }
        // What has a file name and nothing else is a file.
        kind = field.value.isEmpty ? "attachment" : String(lowercasedASCII: field.value)
        parameters = field.parameters
    }
}

/// Parameters of a structured field, decoded (RFC 2231, and RFC 2047 where it has no business but occurs).
public struct Parameters: Hashable, Sendable {
    var entries: [Entry] = []

    struct Entry: Hashable, Sendable {
        let name: String
        var value: String
    }

    init() {}

    /// - Parameter name: lower case.
    public subscript(name: String) -> String? {
        for entry in entries where entry.name == name { return entry.value }
        return nil
    }
}

/// How a leaf's content is encoded for transfer — RFC 2045 6.
public enum TransferEncoding: Hashable, Sendable {
    /// 7bit, 8bit, binary, and what nobody knows.
    case identity
    case base64
    case quotedPrintable
    case uuencode

    init(_ value: UnsafeRawBufferPointer?) {
        guard let token = value?.trimmed else {
            self = .identity
            return
        }
        // Comments and trailing semicolons occur.
        let end = token.firstIndex { $0 == ASCII.semicolon || $0.isWhiteSpace || $0 == ASCII.openParenthesis }
        let name = token.slice(0..<(end ?? token.count))
        if name.equalsIgnoringCase("base64") {
            self = .base64
        } else if name.equalsIgnoringCase("quoted-printable") {
            self = .quotedPrintable
        } else if name.equalsIgnoringCase("x-uuencode") || name.equalsIgnoringCase("uuencode")
            || name.equalsIgnoringCase("x-uue")
        {
            self = .uuencode
        } else {
            self = .identity
        }
    }
}

extension String {
    init(lowercasedASCII bytes: some Collection<UInt8>) {
        self.init(unsafeUninitializedCapacity: bytes.count) { target in
            for (position, byte) in bytes.enumerated() { target[position] = byte.asciiLowercased }
            return bytes.count
        }
    }
}
