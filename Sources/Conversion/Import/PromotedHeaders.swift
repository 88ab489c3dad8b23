internal import MAPI
internal import MIME

/// Header fields as named properties in PS_INTERNET_HEADERS — [MS-OXCMAIL] 2.2.3.2.26. Only these: a PST has room for
/// 32,767 names, and the transport headers hold everything.
extension MessageImport {
    mutating func setPromotedHeaders() {
        for (field, name) in PromotedHeaders.list {
            guard let raw = header.first(field), raw.count <= ImportLimits.promotedLength else { continue }
            let text = HeaderText.decoded(raw, fallback: header.fallbackCharset)
            if !text.isEmpty { message.properties[name] = .string(text) }
        }
    }
}

enum PromotedHeaders {
    /// Outlook registers the names in lower case.
    static let list: [(field: FieldName, name: NamedProperty)] = [
        (.contentType, .contentType),
        promoted("Content-Class", "content-class"),
        promoted("X-Mailer", "x-mailer"),
        promoted("User-Agent", "user-agent"),
        promoted("List-Id", "list-id"),
        promoted("List-Post", "list-post"),
        promoted("List-Owner", "list-owner"),
        promoted("List-Archive", "list-archive"),
        promoted("X-Spam-Flag", "x-spam-flag"),
        promoted("X-Spam-Status", "x-spam-status"),
        promoted("Authentication-Results", "authentication-results"),
        promoted("Accept-Language", "accept-language"),
        promoted("X-GM-MSGID", "x-gm-msgid"),
        promoted("X-GM-THRID", "x-gm-thrid"),
    ]

    private static func promoted(_ field: StaticString, _ name: String) -> (FieldName, NamedProperty) {
        (FieldName(field), NamedProperty(set: .psInternetHeaders, string: name))
    }
}
