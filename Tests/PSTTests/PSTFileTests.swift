import BinaryIO
import MAPI
import PST
import PSTNDB
import TestSupport
import Testing

@Suite("A PST that is written")
struct PSTFileTests {
    @Test(
        "passes the strict checker while it is empty, in every encoding",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"),
        arguments: [ContentEncoding.none, .permute, .cyclic])
    func emptyStore(encoding: ContentEncoding) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/empty.pst"
        let file = try PSTFile.create(
            in: FileStorage(path: path, mode: .create), displayName: "Grüße 日本", encoding: encoding)
        try file.checkpoint()
        let complaints = try StrictChecker.complaints(about: path)
        #expect(complaints == "")
    }

    @Test(
        "passes the strict checker with messages of many kinds, written over several checkpoints",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"),
        arguments: [ContentEncoding.none, .permute, .cyclic])
    func manyMessages(encoding: ContentEncoding) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/many.pst"
        let file = try PSTFile.create(
            in: FileStorage(path: path, mode: .create), displayName: "Many", encoding: encoding)
        let inbox = try file.addFolder(named: "Inbox").id
        let deep = try file.addFolder(named: "Deep/er", below: inbox).id
        for number in 0..<700 {
            let message = SampleMessages.message(number)
            try file.register(MessageBuilder.unknownNames(in: message, file.names))
            _ = try file.add(try file.build(message), to: number % 3 == 0 ? deep : inbox)
            if number % 250 == 249 { try file.checkpoint() }
        }
        _ = try file.addFolder(named: "inbox")
        try file.checkpoint()
        let complaints = try StrictChecker.complaints(about: path)
        #expect(complaints == "")
    }
}

/// An attachment that cannot be read to its end.
private struct BrokenStream: AttachmentStream {
    struct Unreadable: Error {}

    private struct Reader: AttachmentReader {
        var pieces = 5

        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            guard pieces > 0 else { throw Unreadable() }
            pieces -= 1
            return buffer.count
        }
    }

    func makeReader() -> any AttachmentReader { Reader() }
}

extension PSTFileTests {
    @Test(
        "A message that cannot be built leaves nothing in the file",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"))
    func brokenMessage() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/broken.pst"
        let file = try PSTFile.create(
            in: FileStorage(path: path, mode: .create), displayName: "Broken", encoding: .permute)
        let inbox = try file.addFolder(named: "Inbox").id
        var message = SampleMessages.message(2)
        for content in [AttachmentContent.stream(RepeatedBytes(count: 50_000)), .stream(BrokenStream())] {
            var attachment = Attachment()
            attachment.content = content
            message.attachments.append(attachment)
        }
        #expect(throws: PSTError.self) { try file.build(message) }
        _ = try file.add(try file.build(SampleMessages.message(1)), to: inbox)
        try file.checkpoint()
        let complaints = try StrictChecker.complaints(about: path)
        #expect(complaints == "")
    }
}
