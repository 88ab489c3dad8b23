/// Why the original bytes of a message cannot be given back. The message then has to be composed from its properties.
public enum OriginalMessageError: Error, Equatable, Sendable {
    /// The item is no longer what was imported.
    case edited(EditedPart)
    /// The container is damaged or was not made by this program; a phrase that says where.
    case damaged(String)
    /// A later version of the format.
    case unsupportedVersion(UInt8)
    /// Everything fits together and yet the bytes are not the original's: the digest says so.
    case digestMismatch
    /// An attachment could not be read.
    case unreadable(String)
}

/// What of an item was changed after its import. The order is that of the digests in the container.
public enum EditedPart: Int, CaseIterable, Sendable {
    case messageClass, subject, body, headers, recipients, attachmentList, attachmentContent
}

extension EditedPart: CustomStringConvertible {
    public var description: String {
        switch self {
        case .messageClass: "message class"
        case .subject: "subject"
        case .body: "body"
        case .headers: "Internet headers"
        case .recipients: "recipients"
        case .attachmentList: "list of attachments"
        case .attachmentContent: "content of an attachment"
        }
    }
}

extension OriginalMessageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .edited(let part): "the \(part) was changed after the import"
        case .damaged(let what): "the kept original is damaged: \(what)"
        case .unsupportedVersion(let version): "the kept original has the unknown format version \(version)"
        case .digestMismatch: "the bytes rebuilt are not those of the original"
        case .unreadable(let what): "an attachment could not be read: \(what)"
        }
    }
}
