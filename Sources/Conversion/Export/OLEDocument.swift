internal import BinaryIO

/// The file that an OLE object holds for people: itself where it is one, else what a well-known stream of it holds —
/// [MS-OXCMAIL] 2.1.3.4, [MS-OLEDS] 2.3.
struct OLEDocument {
    let bytes: [UInt8]
    /// With the dot.
    let fileExtension: String
    /// The name it had before it was put into the object.
    var name: String?

    /// nil where nothing is known of the object: it is then kept as it is.
    init?(_ storage: [UInt8]) {
        guard let file = CompoundFile(storage) else { return nil }
        if let own = Self.fileExtensions.first(where: { file.names.contains($0.stream) }) {
            bytes = storage
            fileExtension = own.fileExtension
        } else if let native = file.stream("\u{1}Ole10Native"), let package = Self.package(native) {
            self = package
        } else if let content = file.stream("Package") ?? file.stream("CONTENTS"),
            let document = Self.document(content)
        {
            self = document
        } else {
            return nil
        }
    }

    private init(_ bytes: [UInt8], _ fileExtension: String, name: String? = nil) {
        self.bytes = bytes
        self.fileExtension = fileExtension
        self.name = name
    }

    /// Programs that keep their documents in compound files, by the stream that all of theirs have.
    private static let fileExtensions: [(stream: String, fileExtension: String)] = [
        ("WordDocument", ".doc"), ("Workbook", ".xls"), ("Book", ".xls"), ("PowerPoint Document", ".ppt"),
        ("VisioDocument", ".vsd"),
    ]

    /// A file that was put into a message by the packager: its size; label, file name, path and the path it was copied to,
    /// each ended by a zero, with numbers between; its size once more and its bytes.
    private static func package(_ native: [UInt8]) -> OLEDocument? {
        var position = 6
        func text() -> String? {
            guard position < native.count, let end = native[position...].firstIndex(of: 0) else { return nil }
            defer { position = end + 1 }
            return CodePage.text(Array(native[position..<end]), codePage: 1252)
        }
        // Label and path; two flags and the length of the second path; that path.
        guard native.loadLittleEndian(UInt16.self, at: 4) == 2, let label = text(), let path = text() else {
            return nil
        }
        position += 8
        guard text() != nil, let count = native.loadLittleEndian(UInt32.self, at: position),
            Int(count) <= native.count - position - 4
        else { return nil }
        let start = position + 4
        let name = [path, label].lazy.compactMap { $0.split(whereSeparator: { "\\/:".contains($0) }).last }.first
        return OLEDocument(Array(native[start..<start + Int(count)]), "", name: name.map(String.init))
    }

    private static func document(_ content: [UInt8]) -> OLEDocument? {
        if content.starts(with: Array("PK\u{3}\u{4}".utf8)) {
            return OLEDocument(content, zipExtension(content))
        }
        if let known = signatures.first(where: { content.starts(with: $0.bytes) }) {
            return OLEDocument(content, known.fileExtension)
        }
        return bitmap(content).map { OLEDocument($0, ".bmp") }
    }

    private static let signatures: [(bytes: [UInt8], fileExtension: String)] = [
        (Array("%PDF".utf8), ".pdf"), ([0x89, 0x50, 0x4E, 0x47], ".png"), ([0xFF, 0xD8, 0xFF], ".jpg"),
        (Array("GIF8".utf8), ".gif"), (Array("BM".utf8), ".bmp"), (Array("{\\rtf".utf8), ".rtf"),
    ]

    /// By the names in the archive's directory, which stands at its end.
    private static func zipExtension(_ archive: [UInt8]) -> String {
        let directory = archive.suffix(ExportLimits.archiveDirectoryLength)
        let names = [("word/", ".docx"), ("xl/", ".xlsx"), ("ppt/", ".pptx")]
        let end = String(decoding: directory.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
        return names.first { end.contains($0.0) }?.1 ?? ".zip"
    }

    /// A picture as Windows holds it in memory, with the header that makes it a file. Only the header with its 40 bytes
    /// and its colour table has to be understood.
    private static func bitmap(_ content: [UInt8]) -> [UInt8]? {
        guard content.loadLittleEndian(UInt32.self, at: 0) == 40, content.loadLittleEndian(UInt16.self, at: 12) == 1,
            let depth = content.loadLittleEndian(UInt16.self, at: 14),
            let compression = content.loadLittleEndian(UInt32.self, at: 16),
            let used = content.loadLittleEndian(UInt32.self, at: 32), [1, 4, 8, 16, 24, 32].contains(depth)
        else { return nil }
        let colours = depth <= 8 ? (used == 0 ? 1 << Int(depth) : Int(used)) : Int(used)
        let pixels = 40 + (compression == 3 ? 12 : 0) + 4 * colours
        guard pixels <= content.count, let size = UInt32(exactly: content.count + 14) else { return nil }
        var file = Array("BM".utf8)
        file.append(littleEndian: size)
        file.append(littleEndian: UInt32(0))
        file.append(littleEndian: UInt32(14 + pixels))
        return file + content
    }
}
