import BinaryIO
import Foundation
import MAPI
import MIME
import TestSupport
import Testing

@testable import Conversion

@Suite("OLE objects of restored messages")
struct OLEDocumentTests {
    private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13) } }

    @Test("Streams of every size are read from a compound file", arguments: [0, 1, 64, 65, 4095, 4096, 4097, 30_000])
    func streams(count: Int) throws {
        let content = Self.bytes(count)
        let file = CompoundFileBuilder.file([
            ("first", Self.bytes(100)), ("content", content), ("last", Self.bytes(5000)),
        ])
        let compound = try #require(CompoundFile(file))
        #expect(Set(compound.names) == ["first", "content", "last"])
        #expect(compound.stream("content") == content)
        #expect(compound.stream("first") == Self.bytes(100))
        #expect(compound.stream("other") == nil)
    }

    @Test("A damaged compound file gives what can be had, or nothing", arguments: 0..<20 as Range<UInt64>)
    func damage(seed: UInt64) throws {
        let file = CompoundFileBuilder.file([("CONTENTS", Self.bytes(3000)), ("Package", Self.bytes(9000))])
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            var damaged = file
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                damaged[Int.random(in: 0..<file.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            damaged.removeLast(Bool.random(using: &generator) ? Int.random(in: 0..<file.count, using: &generator) : 0)
            let found = CompoundFile(damaged)?.stream("Package")
            #expect((found?.count ?? 0) <= damaged.count, "seed \(seed)")
            _ = OLEDocument(damaged)
        }
    }

    private static func package(_ name: String, _ content: [UInt8]) -> [UInt8] {
        var rest: [UInt8] = [2, 0]
        rest += Array(name.utf8) + [0] + Array("C:\\folder\\\(name)".utf8) + [0, 0, 0, 3, 0]
        let copy = Array("C:\\Temp\\\(name)".utf8) + [0]
        rest.append(littleEndian: UInt32(copy.count))
        rest += copy
        rest.append(littleEndian: UInt32(content.count))
        rest += content + [0, 0]
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(rest.count))
        return bytes + rest
    }

    /// 2 by 2 points of 24 bits, as they are held in memory.
    private static let bitmap: [UInt8] = {
        var bytes: [UInt8] = []
        for number in [40, 2, 2, 24 << 16 | 1, 0, 16, 0, 0, 0, 0] as [UInt32] { bytes.append(littleEndian: number) }
        return bytes + Self.bytes(16)
    }()

    @Test(
        "The file in a well-known stream takes the place of the object",
        arguments: [
            ("Package", Array("PK\u{3}\u{4} … word/document.xml".utf8), "object.docx"),
            ("Package", Array("PK\u{3}\u{4} … xl/workbook.xml".utf8), "object.xlsx"),
            ("Package", Array("PK\u{3}\u{4} … a.txt".utf8), "object.zip"),
            ("CONTENTS", Array("%PDF-1.4".utf8), "object.pdf"), ("CONTENTS", [0xFF, 0xD8, 0xFF, 0xE0], "object.jpg"),
        ])
    func wellKnownStreams(stream: String, content: [UInt8], name: String) throws {
        let part = try Self.restored(CompoundFileBuilder.file([("\u{1}Ole", [1, 0]), (stream, content)]))
        #expect(part.name == name)
        #expect(part.bytes == content)
    }

    @Test("A packaged file comes back under its own name")
    func packaged() throws {
        let content = Self.bytes(5000)
        let part = try Self.restored(
            CompoundFileBuilder.file([("\u{1}Ole10Native", Self.package("Plan.txt", content))]))
        #expect(part.name == "Plan.txt")
        #expect(part.bytes == content)
    }

    @Test("A picture in memory becomes a bitmap file")
    func picture() throws {
        let part = try Self.restored(CompoundFileBuilder.file([("CONTENTS", Self.bitmap)]))
        #expect(part.name == "object.bmp")
        #expect(Array(part.bytes[..<2]) == Array("BM".utf8))
        #expect(part.bytes.loadLittleEndian(UInt32.self, at: 2) == UInt32(part.bytes.count))
        #expect(part.bytes.loadLittleEndian(UInt32.self, at: 10) == 54)
        #expect(Array(part.bytes[14...]) == Self.bitmap)
    }

    @Test(
        "An object that is a document, or that nothing is known of, is kept whole",
        arguments: [("WordDocument", "object.doc"), ("Workbook", "object.xls"), ("CONTENTS", "object.ole")])
    func whole(stream: String, name: String) throws {
        let file = CompoundFileBuilder.file([(stream, Self.bytes(300))])
        let part = try Self.restored(file)
        #expect(part.name == name)
        #expect(part.bytes == file)
    }

    @Test("What is no compound file is kept as it is")
    func noCompoundFile() throws {
        let part = try Self.restored([1, 2, 3])
        #expect(part.name == "object.ole")
        #expect(part.bytes == [1, 2, 3])
    }

    private static func restored(_ object: [UInt8]) throws -> (name: String, bytes: [UInt8]) {
        var attached = attachment("object", [], type: nil)
        attached.properties[.attachMethod] = .integer32(6)
        attached.content = .storage(object)
        let sample = try ExportedSample(message(sentItem, attachments: [attached]))
        let part = try #require(sample.structure.root.children.last)
        return (part.disposition?.parameters["filename"] ?? "", sample.content(part))
    }
}

@Suite("OLE objects of mail programs", .enabled(if: SharedMaterial.isAvailable, "\(SharedMaterial.skipReason)"))
struct OLECorpusTests {
    @Test(
        "The documents and pictures in them are found",
        arguments: [
            ("jstedfast-winmail.tnef", [".bmp", ".bmp"]), ("KDE-mapi_attach_data_obj.tnef", [".doc"]),
        ])
    func documents(file: String, expected: [String]) throws {
        let path = try #require(SharedMaterial.folder) + "/corpus/tnef/" + file
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        let start = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] as [UInt8]
        var found: [String] = []
        for offset in bytes.indices where bytes[offset] == start[0] && bytes[offset...].starts(with: start) {
            // What follows the object in the stream does it no harm.
            let document = try #require(OLEDocument(Array(bytes[offset...])))
            found.append(document.fileExtension)
        }
        #expect(found == expected)
    }
}
