import BinaryIO

/// The three layouts of a PST — [MS-PST] 2.2.2.6 (wVer) and the sizes that follow from it.
///
/// The files this program writes are ``unicode``; the others are only read.
public struct FileFormat: Hashable, Sendable {
    public enum Variant: Hashable, Sendable {
        /// wVer 14 and 15: 32-bit offsets and ids, strings in a code page.
        case ansi
        /// wVer 20 to 23: 64-bit offsets and ids, pages of 512 bytes.
        case unicode
        /// wVer 36 and 37: as Unicode, with pages of 4,096 bytes and compressed blocks. Not in the specification.
        case unicode4K
    }

    public let variant: Variant

    public static let ansi = FileFormat(variant: .ansi)
    public static let unicode = FileFormat(variant: .unicode)
    public static let unicode4K = FileFormat(variant: .unicode4K)

    private init(variant: Variant) {
        self.variant = variant
    }

    /// The layout of files with that wVer; nil for a number no known program wrote.
    package init?(version: UInt16) {
        switch version {
        case 14, 15: self = .ansi
        case 20...23: self = .unicode
        case 36, 37: self = .unicode4K
        default: return nil
        }
    }

    /// Bytes of a page.
    package var pageSize: Int { variant == .unicode4K ? 4096 : 512 }

    /// Bytes of a page that its checksum covers; the trailer follows.
    package var pageData: Int {
        switch variant {
        case .ansi: 500
        case .unicode: 496
        case .unicode4K: 4072
        }
    }

    /// Bytes of a B-tree page that entries can take; the counters follow.
    package var pageEntries: Int {
        switch variant {
        case .ansi: 496
        case .unicode: 488
        case .unicode4K: 4056
        }
    }

    /// Bytes of a block's extent are a multiple of this.
    package var blockAlignment: Int { variant == .unicode4K ? 512 : 64 }

    package var blockTrailer: Int {
        switch variant {
        case .ansi: 12
        case .unicode: 16
        case .unicode4K: 24
        }
    }

    /// Bytes of data in the largest block.
    public var blockData: Int { (variant == .unicode4K ? 65536 : 8192) - blockTrailer }

    /// Bytes of an id, an offset, and of every entry's key.
    package var wordSize: Int { variant == .ansi ? 4 : 8 }

    /// BTENTRY.
    package var indexEntrySize: Int { 3 * wordSize }
    /// Bytes before the entries of SLBLOCK and SIBLOCK; those of XBLOCK and XXBLOCK begin at 8 in all formats.
    package var subnodeHeader: Int { variant == .ansi ? 4 : 8 }
    /// Entries that fit in an XBLOCK or XXBLOCK, [MS-PST] 2.2.2.8.3.2.
    var dataTreeEntries: Int { (blockData - 8) / wordSize }

    /// Bytes of dwRowIndex in the row index of a table, [MS-PST] 2.3.4.3.1.
    public var rowIndexSize: Int { variant == .ansi ? 2 : 4 }

    /// Bits of the item number in a HID; the block number is above them.
    public var heapItemBits: UInt32 { variant == .unicode4K ? 14 : 11 }

    /// Bytes of a block's extent with `count` bytes of stored data.
    package func extent(ofData count: Int) -> Int {
        (count + blockTrailer + blockAlignment - 1) & ~(blockAlignment - 1)
    }
}

extension BTreeKind {
    /// Bytes of a leaf entry: NBTENTRY or BBTENTRY, [MS-PST] 2.2.2.7.7.3 and 2.2.2.7.7.4.
    func leafEntrySize(in format: FileFormat) -> Int {
        switch (self, format.variant) {
        case (.nodes, .ansi): 16
        case (.nodes, _): 32
        case (.blocks, .ansi): 12
        case (.blocks, _): 24
        }
    }
}

/// Numbers as wide as ids and offsets are in a format.
extension FileFormat {
    func word(_ bytes: [UInt8], at offset: Int) -> UInt64 { bytes.withUnsafeBytes { word($0, at: offset) } }

    func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        wordSize == 4
            ? UInt64(bytes.loadLittleEndian(UInt32.self, at: offset) ?? 0)
            : bytes.loadLittleEndian(UInt64.self, at: offset) ?? 0
    }
}
