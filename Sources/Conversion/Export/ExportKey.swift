internal import BinaryIO
internal import MAPI

/// What boundaries and missing identifiers of a message are made from: digests, so that two exports are identical.
///
/// A boundary begins with `=_`, which neither base64 nor quoted-printable can contain. Signed entities are written
/// as they are and could contain anything, so their digest goes into the key: none can contain its own.
struct ExportKey {
    private let bytes: [UInt8]

    init(root message: MessageObject) {
        var seed = Array("mailbackup".utf8)
        for tag in [PropertyTag.internetMessageId, .subject, .transportMessageHeaders, .body] {
            seed.append(contentsOf: (message.properties.string(tag) ?? "").utf8)
            seed.append(0)
        }
        seed.append(contentsOf: message.properties.binary(.searchKey) ?? [])
        seed.append(littleEndian: message.properties.time(.clientSubmitTime)?.rawValue ?? 0)
        seed.append(contentsOf: Self.digestOfEntities(in: message, depth: 0))
        bytes = Digest.sha256(seed)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The key of the message in the attachment of that number.
    func embedded(_ number: Int) -> ExportKey {
        ExportKey(bytes: Digest.sha256(bytes + Array("/\(number)".utf8)))
    }

    func boundary(_ kind: String) -> String { "=_" + hexadecimal(kind) }

    /// `<…@pst.invalid>`
    var messageID: String { "<" + hexadecimal("id") + "@pst.invalid>" }

    private func hexadecimal(_ kind: String) -> String {
        Hexadecimal.text(Digest.sha256(bytes + Array(kind.utf8)).prefix(16))
    }

    private static func digestOfEntities(in message: MessageObject, depth: Int) -> [UInt8] {
        guard depth < ExportLimits.embeddedDepth else { return [] }
        var result: [UInt8] = []
        for attachment in message.attachments {
            if case .message(let inner) = attachment.content {
                result.append(contentsOf: digestOfEntities(in: inner, depth: depth + 1))
            }
        }
        guard depth > 0, SecureMessage.isSigned(message) else { return result }
        for attachment in message.attachments {
            var pieces = ContentPieces(attachment.content, name: "")
            // A stream that fails here fails again when it is written, and is told there.
            while (try? pieces.advance()) == true {
                var piece: [UInt8] = []
                pieces.withPiece { piece = Array($0) }
                result = Digest.sha256(result + piece)
            }
        }
        return result
    }
}

enum Hexadecimal {
    /// Lower case.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
