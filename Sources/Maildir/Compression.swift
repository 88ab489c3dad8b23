import BinaryIO

/// Why a compressed message cannot be given as it was.
enum CompressionError: Error {
    case damaged
    case truncated
    /// Above ``MaildirLimits/decompressedSize``, or a chunk or window above its bound.
    case tooLarge
    /// The temporary file could not be written: `errno`.
    case spool(Int32)

    var description: String {
        switch self {
        case .damaged: "damaged"
        case .truncated: "ends early"
        case .tooLarge: "larger than the limit of \(MaildirLimits.decompressedSize >> 20) MiB"
        case .spool(let code): systemMessage(code)
        }
    }
}

/// Compression of whole message files as Dovecot's zlib plugin and mail_compress write them. What counts is how
/// the content begins; the "Z" flag some names carry is no proof either way.
enum Compression: String {
    case gzip, bzip2, xz, zstd
    case lz4Frame = "lz4"
    /// Dovecot's own framing of LZ4 blocks.
    case dovecotLZ4 = "Dovecot lz4"

    private static let signatures: [(Compression, [UInt8])] = [
        (.gzip, [0x1F, 0x8B, 0x08]),
        (.xz, [0xFD] + Array("7zXZ\0".utf8)),
        (.zstd, [0x28, 0xB5, 0x2F, 0xFD]),
        (.lz4Frame, [0x04, 0x22, 0x4D, 0x18]),
        (.dovecotLZ4, DovecotLZ4.signature),
    ]

    /// The compression `content` begins with, nil for plain mail.
    init?(_ content: UnsafeRawBufferPointer) {
        guard content.count >= 4 else { return nil }
        // Mail begins with a letter other than these, nearly always.
        switch content[0] {
        case UInt8(ascii: "B"):
            // "BZh", a level, and the magic of the first block or of an empty stream's end.
            let isBlock = content.count >= 10 && content[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
            let isEnd = content.count >= 10 && content[4..<10].elementsEqual([0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
            guard content[1] == UInt8(ascii: "Z"), content[2] == UInt8(ascii: "h"), isBlock || isEnd else { return nil }
            self = .bzip2
        case 0x1F, 0xFD, 0x28, 0x04, UInt8(ascii: "D"):
            guard let found = Self.signatures.first(where: { content.starts(with: $0.1) }) else { return nil }
            self = found.0
        default:
            return nil
        }
    }

    /// The plain content.
    func decompress(_ content: UnsafeRawBufferPointer) throws(CompressionError) -> MappedFile {
        var output = SpoolingBuffer()
        switch self {
        case .gzip: try decompressGzip(content, into: &output)
        case .bzip2: try decompressBzip2(content, into: &output)
        case .xz: try decompressXZ(content, into: &output)
        case .zstd: try decompressZstd(content, into: &output)
        case .lz4Frame: try decompressLZ4Frame(content, into: &output)
        case .dovecotLZ4: try DovecotLZ4.decompress(content, into: &output)
        }
        return try output.finish()
    }
}
