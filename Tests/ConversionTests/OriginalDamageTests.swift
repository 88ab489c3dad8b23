import BinaryIO
import MAPI
import Testing

@testable import Conversion

@Suite("Damaged and edited originals")
struct OriginalDamageTests {
    private static let bytes = messageWithAttachment(base64(noise(500)))
    /// Every list of a layout has something.
    private static let quotedPrintable = messageWithAttachment(
        String(repeating: "l=20ong line=3D=\r\nd=C3=BCnn \u{7F}=2E\r\n", count: 9), encoding: "quoted-printable")

    private func sample(_ bytes: [UInt8] = bytes) throws -> (container: [UInt8], message: MessageObject) {
        let message = imported(bytes).message
        return (try #require(original(of: message)), message)
    }

    /// With a checksum that is right again.
    private func sealed(_ container: [UInt8]) -> [UInt8] {
        let body = container.dropLast(4)
        return body + withUnsafeBytes(of: OriginalContainer.checksum(body).littleEndian) { Array($0) }
    }

    /// nil where it was refused, as it should be.
    private func outcome(_ container: [UInt8], _ message: MessageObject) throws -> [UInt8]? {
        do {
            return try rebuilt(container, message)
        } catch is OriginalMessageError {
            return nil
        }
    }

    @Test("A container that is cut short is refused, wherever it ends", arguments: [bytes, quotedPrintable])
    func truncation(_ bytes: [UInt8]) throws {
        let (container, message) = try sample(bytes)
        for count in 0..<container.count {
            #expect(try outcome(Array(container[..<count]), message) == nil)
            if count > 4 {
                let result = try outcome(sealed(Array(container[..<count])), message)
                #expect(result == nil || result == bytes)
            }
        }
    }

    @Test("A flipped bit is noticed, whichever it is", arguments: [bytes, quotedPrintable])
    func bitFlips(_ bytes: [UInt8]) throws {
        let (container, message) = try sample(bytes)
        for bit in 0..<container.count * 8 {
            var damaged = container
            damaged[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: OriginalMessageError.self) { try rebuilt(damaged, message) }
            // The same with a right checksum: never other bytes than the original's.
            let result = try outcome(sealed(damaged), message)
            #expect(result == nil || result == bytes)
        }
    }

    @Test("Only what fits the check is the original")
    func proof() throws {
        let (container, message) = try sample()
        var opened = try OriginalContainer(parsing: container)
        #expect(opened.check?.count == XXH3.size)
        #expect(
            try OriginalMessage.rebuild(from: container, message: message, to: { _ in }) == Digest.sha256(Self.bytes))
        opened.check?[3] ^= 1
        #expect(try outcome(opened.encoded(), message) == nil)
    }

    @Test(
        "Containers of earlier versions give the original back, and only what fits them", arguments: [1, 2] as [UInt8])
    func earlierVersions(version: UInt8) throws {
        let (container, message) = try sample()
        var opened = try OriginalContainer(parsing: container)
        opened.version = version
        #expect(try outcome(opened.encoded(), message) == nil, "the fingerprint is not made as in version 3")
        let item = StoredItem(message)
        let digests = try item.leaves.map { leaf in
            var reader = StoredReader(leaf.content)
            return try reader.finish()
        }
        opened.fingerprint = ItemFingerprint(item, digests: digests, version: version)
        if version == 1 { opened.check = nil }
        let earlier = opened.encoded()
        #expect(earlier[4] == version && earlier.count == container.count - (version == 1 ? XXH3.size : 0))
        #expect(try outcome(earlier, message) == Self.bytes)
        // Version 1 is proven by its digest, the others by their check.
        opened.digest[3] ^= version == 1 ? 1 : 0
        opened.check?[3] ^= 1
        #expect(try outcome(opened.encoded(), message) == nil)
    }

    @Test("A container of version 3 gives the original back, and has no quoted-printable")
    func version3() throws {
        let (container, message) = try sample()
        var opened = try OriginalContainer(parsing: container)
        opened.version = 3
        let earlier = opened.encoded()
        #expect(earlier[4] == 3 && earlier.count == container.count)
        #expect(try outcome(earlier, message) == Self.bytes)
        #expect(OriginalMessage.head(of: earlier) == OriginalMessage.head(of: container))
        let (newer, other) = try sample(Self.quotedPrintable)
        opened = try OriginalContainer(parsing: newer)
        opened.version = 3
        #expect(try outcome(opened.encoded(), other) == nil)
    }

    @Test("Length and digest are told of containers of all versions", arguments: 0...5 as ClosedRange<UInt8>)
    func head(version: UInt8) throws {
        var (container, _) = try sample()
        container[4] = version
        #expect((OriginalMessage.head(of: container) == nil) == !(1...4).contains(version))
    }

    @Test("Random containers are refused")
    func random() throws {
        let (container, message) = try sample()
        for seed in 1...2000 as ClosedRange<UInt64> {
            let tail = noise(Int(seed % 200), seed: seed)
            let made = sealed(Array(container[..<OriginalContainer.fixedLength]) + tail + [0, 0, 0, 0])
            #expect(try outcome(made, message) == nil)
        }
    }

    @Test("A later version of the format is named as such")
    func laterVersion() throws {
        var (container, message) = try sample()
        container[4] = 5
        #expect(throws: OriginalMessageError.unsupportedVersion(5)) { try rebuilt(sealed(container), message) }
    }

    @Test("A hostile container can neither repeat an attachment nor exceed the length it states")
    func bounded() throws {
        let (container, message) = try sample()
        var opened = try OriginalContainer(parsing: container)
        let references = opened.segments.filter { if case .reference = $0 { true } else { false } }
        opened.segments += references
        #expect(try outcome(opened.encoded(), message) == nil)
        opened = try OriginalContainer(parsing: container)
        opened.length = 10
        #expect(try outcome(opened.encoded(), message) == nil)
        opened = try OriginalContainer(parsing: container)
        opened.length = Int.max
        opened.segments.append(
            .reference(
                StoredReference(
                    source: StoredSource(kind: .attachment, number: 0), offset: Int.max - 1, length: 1, form: .verbatim)
            ))
        #expect(try outcome(opened.encoded(), message) == nil)
    }

    @Test("A hostile layout is refused, or ends at the length that is stated")
    func hostileLayout() throws {
        let (container, message) = try sample(Self.quotedPrintable)
        let opened = try OriginalContainer(parsing: container)
        let place = try #require(
            opened.segments.firstIndex { segment in
                if case .reference(let reference) = segment { reference.source.kind == .attachment } else { false }
            })
        guard case .reference(let reference) = opened.segments[place],
            case .quotedPrintable(let layout)? = reference.form.encoding
        else {
            Issue.record("no quoted-printable")
            return
        }
        #expect(!layout.exceptions.isEmpty && layout.softBreaks.count == 9 && layout.deviations.count == 9)
        func with(_ change: (inout QuotedPrintableLayout) -> Void, length: Int = reference.length) -> [UInt8] {
            var changed = layout
            change(&changed)
            var container = opened
            container.segments[place] = .reference(
                StoredReference(
                    source: reference.source, offset: reference.offset, length: length,
                    form: StoredForm(encoding: .quotedPrintable(changed))))
            return container.encoded()
        }
        #expect(try outcome(with { _ in }, message) == Self.quotedPrintable)
        #expect(try outcome(with({ _ in }, length: Int.max - 1), message) == nil)
        #expect(try outcome(with { $0.exceptions += (0...255).map { UInt8($0) } }, message) == nil)
        #expect(try outcome(with { $0.softBreaks.append(reference.length) }, message) == nil)
        #expect(try outcome(with({ $0.softBreaks.append(1 << 40) }, length: 1 << 50), message) == nil)
        #expect(try outcome(with { $0.deviations.append(Int.max) }, message) == nil)
        #expect(try outcome(with { for _ in 0..<200_000 { $0.softBreaks.append(0) } }, message) == nil)
        #expect(try outcome(with { for _ in 0..<200_000 { $0.deviations.append(0) } }, message) == nil)
        // Both encodings, and more numbers than there are bytes.
        var head: [UInt8] = [1, 0, 0, 0]
        VariableInteger.append(reference.length, to: &head)
        let form = try #require(container.firstRange(of: head + [16 | 4])).upperBound - 1
        for byte in [16 | 4 | 2, 64, 128, 16 | 4 | 1] as [UInt8] {
            var damaged = container
            damaged[form] = byte
            #expect(try outcome(sealed(damaged), message) == nil)
        }
        for position in form + 1..<container.count - 4 {
            var damaged = container
            damaged.replaceSubrange(position...position, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
            #expect(try outcome(sealed(damaged), message) == nil)
        }
    }

    @Test("Length and digest of the original are told without rebuilding it")
    func summary() throws {
        let summary = try OriginalMessage.summary(of: sample().container)
        #expect(summary.length == Self.bytes.count)
        #expect(summary.digest == Digest.sha256(Self.bytes))
    }

    @Test("An edited item is recognised, and what was edited", arguments: EditedPart.allCases)
    func edited(_ part: EditedPart) throws {
        var (container, message) = try sample()
        switch part {
        case .messageClass: message.properties[.messageClass] = .string("IPM.Post")
        case .subject: message.properties[.subject] = .string("sampled")
        case .body: message.properties[.body] = .string("other text")
        case .headers: message.properties[.transportMessageHeaders] = .string("Subject: other\r\n\r\n")
        case .recipients: message.recipients.append(Recipient())
        case .attachmentList: message.attachments[0].properties[.attachLongFilename] = .string("g.bin")
        case .attachmentContent: message.attachments[0].content = .bytes(noise(500, seed: 2))
        }
        #expect(throws: OriginalMessageError.edited(part)) { try rebuilt(container, message) }
        container = []
    }

    @Test("An attachment that was removed, altered in a stream or inside an embedded message is recognised")
    func editedAttachments() throws {
        var (container, message) = try sample()
        message.attachments = []
        #expect(throws: OriginalMessageError.edited(.attachmentList)) { try rebuilt(container, message) }

        for altered in [noise(500, seed: 2), noise(499), noise(501)] {
            message = try sample().message
            message.attachments[0].content = .stream(HeldStream(bytes: altered))
            #expect(throws: OriginalMessageError.edited(.attachmentContent)) { try rebuilt(container, message) }
        }
        message.attachments[0].content = .stream(HeldStream(bytes: noise(500)))
        #expect(try rebuilt(container, message) == Self.bytes)

        let outer = Array("Subject: outer\r\nContent-Type: message/rfc822\r\n\r\n".utf8) + Self.bytes
        message = imported(outer).message
        container = try #require(original(of: message))
        guard case .message(var inner) = message.attachments[0].content else {
            Issue.record("no embedded message")
            return
        }
        inner.properties[.body] = .string("other")
        message.attachments[0].content = .message(inner)
        #expect(throws: OriginalMessageError.edited(.body)) { try rebuilt(container, message) }
    }

    @Test("Read state, flags, categories and the subject's mark are no edits")
    func unedited() throws {
        var (container, message) = try sample()
        message.properties[.messageFlags] = .integer32(MessageFlags.read.rawValue)
        message.properties[.flagStatus] = .integer32(2)
        message.properties[.categories] = .multipleString(["Red"])
        message.properties[.subject] = .string("\u{1}\u{1}sample")
        message.properties[.lastVerbExecuted] = .integer32(102)
        #expect(try rebuilt(container, message) == Self.bytes)
        container = []
    }
}

/// Bytes as a stream, given in small pieces.
private struct HeldStream: AttachmentStream {
    let bytes: [UInt8]

    struct Reader: AttachmentReader {
        let bytes: [UInt8]
        var position = 0

        mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let count = min(7, buffer.count, bytes.count - position)
            guard count > 0 else { return 0 }
            buffer.copyBytes(from: bytes[position..<position + count])
            position += count
            return count
        }
    }

    func makeReader() -> any AttachmentReader { Reader(bytes: bytes) }
}
