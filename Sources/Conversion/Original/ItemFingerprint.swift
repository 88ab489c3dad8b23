internal import BinaryIO
internal import MAPI

/// Digests of what of an item must not have changed for its original bytes to be still true. Read state, flags,
/// categories and the folder are no part of it. A value counts as it is after it went through a PST: without NULs,
/// the subject without its mark and cut, an empty value as none.
struct ItemFingerprint: Equatable {
    /// Bytes of the digest of one part.
    static let digestLength = 8
    static let length = digestLength * EditedPart.allCases.count

    /// The digests, in the order of ``EditedPart``.
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Parameter digests: of the item's attachments, in their order.
    init(_ item: StoredItem, digests: [ContentDigest], version: UInt8 = OriginalContainer.version) {
        var hasher = FingerprintHasher(version: version)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.length)
        for part in EditedPart.allCases { hasher.appendDigest(of: part, item, digests: digests, to: &bytes) }
        self.bytes = bytes
    }

    /// The digest of one part.
    func digest(of part: EditedPart) -> ArraySlice<UInt8> {
        bytes.dropFirst(part.rawValue * Self.digestLength).prefix(Self.digestLength)
    }
}

/// Hashes the parts of items one after the other, as a version of the container does.
struct FingerprintHasher {
    private let sha: SHA256?
    private let xxh: XXH3?

    init(version: UInt8) {
        sha = version < 3 ? SHA256() : nil
        xxh = version < 3 ? nil : XXH3()
    }

    /// - Parameter digests: needed for the content of attachments only.
    mutating func digest(of part: EditedPart, _ item: StoredItem, digests: [ContentDigest]) -> [UInt8] {
        var bytes: [UInt8] = []
        appendDigest(of: part, item, digests: digests, to: &bytes)
        return bytes
    }

    fileprivate mutating func appendDigest(
        of part: EditedPart, _ item: StoredItem, digests: [ContentDigest], to bytes: inout [UInt8]
    ) {
        switch part {
        case .attachmentContent:
            for digest in digests {
                add(UInt64(digest.length))
                add(UInt64(digest.checksum))
            }
        default:
            for message in item.messages { add(part, of: message) }
        }
        guard let sha else {
            let first = xxh?.finishWords().high ?? 0
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: first >> shift))
            }
            return
        }
        let digest = sha.finish().prefix(ItemFingerprint.digestLength)
        bytes += digest
        // Never short, whatever the library does.
        bytes += repeatElement(0, count: ItemFingerprint.digestLength - digest.count)
    }

    private func add(_ part: EditedPart, of message: MessageObject) {
        let properties = message.properties
        switch part {
        case .messageClass:
            let name = properties.string(.messageClass) ?? ""
            add(name.isEmpty ? "IPM.Note" : name)
        case .subject: add(Self.storedSubject(properties.string(.subject) ?? ""))
        case .body:
            add(properties.string(.body) ?? "")
            add(properties.binary(.html) ?? [])
            add(properties.binary(.rtfCompressed) ?? [])
        case .headers: add(properties.string(.transportMessageHeaders) ?? "")
        case .recipients:
            add(UInt64(message.recipients.count))
            for row in message.recipients.map({ Self.describe($0.properties) }).sorted() { add(row) }
        case .attachmentList:
            add(UInt64(message.attachments.count))
            for attachment in message.attachments {
                add(Self.kind(attachment.content))
                let names = attachment.properties
                add(names.string(.attachLongFilename) ?? names.string(.attachFilename) ?? "")
            }
        case .attachmentContent: break
        }
    }

    private static func kind(_ content: AttachmentContent) -> UInt64 {
        switch content {
        // A file of no bytes and no file read the same.
        case .none, .bytes, .stream: 0
        case .message: 1
        case .storage: 2
        }
    }

    /// Type, name and address of a recipient. Rows are compared without regard to their order.
    private static func describe(_ row: PropertyBag) -> String {
        let address = row.string(.emailAddress) ?? row.string(.smtpAddress) ?? ""
        let given = row.string(.displayName) ?? ""
        let name = shortened(given.isEmpty ? address : given, to: 255) { $0 != 0 }
        var text = String(row.integer32(.recipientType) ?? 1)
        text.reserveCapacity(8 + name.utf8.count + address.utf8.count)
        text += "\n"
        text += name
        text += "\n"
        text += address
        return text
    }

    /// A PST marks the subject with two characters, U+0001 and the length of its prefix, drops control characters and
    /// keeps 253 UTF-16 units ([MS-PST] 2.5.3.1.1.1).
    private static func storedSubject(_ subject: String) -> String {
        var text = Substring(subject)
        if text.unicodeScalars.first?.value == 1 {
            text = Substring(text.unicodeScalars.dropFirst(2))
        }
        return shortened(String(text), to: 253) { $0 >= 0x20 }
    }

    private static func shortened(_ text: String, to limit: Int, where isKept: (UInt32) -> Bool) -> String {
        // A UTF-16 unit takes at least one byte.
        if text.utf8.count <= limit, text.utf8.allSatisfy({ isKept(UInt32($0)) }) { return text }
        var units = 0
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where isKept(scalar.value) {
            units += UTF16.width(scalar)
            if units > limit { break }
            result.append(scalar)
        }
        return String(result)
    }

    private func update(_ bytes: UnsafeRawBufferPointer) {
        sha?.update(bytes)
        xxh?.update(bytes)
    }

    private func add(_ number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { update($0) }
    }

    private func add(_ bytes: [UInt8]) {
        add(UInt64(bytes.count))
        bytes.withUnsafeBytes { update($0) }
    }

    private func add(_ text: String) {
        var text = text
        let isAdded = text.withUTF8 { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            guard !StoredItem.holdsNUL(raw) else { return false }
            add(UInt64(raw.count))
            update(raw)
            return true
        }
        if !isAdded { add(StoredItem.stored(text)) }
    }
}
