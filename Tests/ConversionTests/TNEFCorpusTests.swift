import BinaryIO
import Conversion
import Glibc
import MAPI
import TestSupport
import Testing

/// Names and sizes as `tnef` 1.4.18 unpacks them (OLE objects and messages aside, which it writes in raw form).
@Suite("TNEF streams of mail programs", .enabled(if: SharedMaterial.isAvailable, "\(SharedMaterial.skipReason)"))
struct TNEFCorpusTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let file: String
        let messageClass: String
        let attachments: [String]
        var testDescription: String { file }
    }

    static let samples = [
        Sample(
            file: "Yeraze-multi-value-attribute.tnef", messageClass: "IPM.Note.Microsoft.Voicemail.UM.CA",
            attachments: ["208225 (5 seconds) Voice Mail.mp3 10656"]),
        Sample(
            file: "Yeraze-winmail.dat", messageClass: "IPM.Note",
            attachments: ["zappa_av1.jpg 2937", "bookmark.htm 85805"]),
        Sample(
            file: "jstedfast-christmas.tnef", messageClass: "IPM.Note",
            attachments: [
                "kitten-playing-with-a-christmas-tree.jpg 375081", "Build a train table: IPM.Task",
                "Christmas Celebration!: IPM.Appointment",
            ]),
        Sample(
            file: "jstedfast-winmail.tnef", messageClass: "IPM.Note",
            attachments: [
                "Picture (Device Independent Bitmap): storage 29184",
                "Picture (Device Independent Bitmap): storage 68608",
            ]),
        Sample(file: "koodaamo-minimal_attachment.tnef", messageClass: "IPM.Note", attachments: [" 16"]),
        Sample(
            file: "roundcube-winmail-10193.tnef", messageClass: "IPM.Note",
            attachments: ["image.png 34965", "image.png 39201", "image.png 37205"]),
        Sample(
            file: "verdammelt-MAPI_ATTACH_DATA_OBJ.tnef", messageClass: "IPM.Note",
            attachments: ["VIA_Nytt_1402.doc 61952", "VIA_Nytt_1402.pdf 213685", "VIA_Nytt_14021.htm 68919"]),
        Sample(
            file: "verdammelt-long-filename.tnef", messageClass: "IPM.Note",
            attachments: ["allproductsmar2000.dat 279"]),
        Sample(
            file: "verdammelt-missing-filenames.tnef", messageClass: "IPM.Note",
            attachments: [
                "generpts.src 61210", "TechlibDEC99.doc 33792", "TechlibDEC99-JAN00.doc 34304",
                "TechlibNOV99.doc 33792",
            ]),
        Sample(file: "verdammelt-rtf.tnef", messageClass: "IPM.Note", attachments: []),
        Sample(file: "verdammelt-triples.tnef", messageClass: "IPM.Appointment", attachments: []),
        Sample(
            file: "verdammelt-unicode-mapi-attr-name.tnef", messageClass: "IPM.Note",
            attachments: ["spaconsole2.cfg 8387", "image001.png 3815", "image002.png 3573", "image003.png 3792"]),
        Sample(
            file: "verdammelt-unicode-mapi-attr.tnef", messageClass: "IPM.Note", attachments: ["example.dat 1024"]),
    ]

    static func bytes(of file: String) throws -> [UInt8] {
        let path = try #require(SharedMaterial.folder) + "/corpus/tnef/" + file
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        try #require(descriptor >= 0, "\(path) cannot be opened")
        return try MappedFile.contents(of: descriptor, path: path).withUnsafeBytes { Array($0) }
    }

    private func listing(_ message: MessageObject) -> [String] {
        message.attachments.map { attachment in
            let properties = attachment.properties
            let name = properties.string(.attachLongFilename) ?? properties.string(.displayName) ?? ""
            return switch attachment.content {
            case .bytes(let bytes): "\(name) \(bytes.count)"
            case .storage(let bytes): "\(name): storage \(bytes.count)"
            case .message(let inner): "\(name): \(inner.properties.string(.messageClass) ?? "")"
            default: name
            }
        }
    }

    @Test(
        "Class and attachments are what the stream holds, and there is a text where it has a body", arguments: samples)
    func listing(sample: Sample) throws {
        let unpacked = try TNEFMessage(bytes: try Self.bytes(of: sample.file))
        #expect(unpacked.message.properties.string(.messageClass) == sample.messageClass)
        #expect(listing(unpacked.message) == sample.attachments)
        #expect(unpacked.problems == [])
        let properties = unpacked.message.properties
        let hasRich = properties.binary(.rtfCompressed) != nil || properties.binary(.html) != nil
        #expect(!hasRich || properties.string(.body)?.isEmpty == false)
    }

    @Test("A stream with one damaged byte is refused, and unpacked only on demand")
    func damagedStream() throws {
        let bytes = try Self.bytes(of: "KDE-mapi_attach_data_obj.tnef")
        #expect(throws: TNEFError(structure: .checksum, offset: 65_305, found: 0x4DC1, expected: 0x4DC0)) {
            try TNEFMessage(bytes: bytes)
        }
        let unpacked = try TNEFMessage(bytes: bytes, verifyingChecksums: false)
        #expect(listing(unpacked.message).count == 3)
    }

    @Test(
        "Truncated at any place, and with any byte changed, a stream gives an error or a message",
        arguments: ["verdammelt-triples.tnef", "verdammelt-rtf.tnef", "koodaamo-minimal_attachment.tnef"])
    func damage(file: String) throws {
        let bytes = try Self.bytes(of: file)
        var unpacked = 0
        for position in 0..<bytes.count {
            var damaged = bytes
            damaged[position] ^= UInt8(truncatingIfNeeded: position &* 37 | 1)
            unpacked += (try? TNEFMessage(bytes: damaged, verifyingChecksums: false)) == nil ? 0 : 1
            unpacked += (try? TNEFMessage(bytes: Array(bytes[..<position]), verifyingChecksums: false)) == nil ? 0 : 1
        }
        #expect(unpacked > 0)
    }
}
