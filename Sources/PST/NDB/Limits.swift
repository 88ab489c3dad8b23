/// Sizes and bounds of Unicode PST files with 512-byte pages — [MS-PST] 2.2.
public enum NDBLimits {
    /// Bytes of data in a block: 8,192 less the trailer.
    public static let blockData = 8176
    static let blockTrailer = 16
    static let blockAlignment = 64
    static let pageSize = 512
    static let pageData = 496
    /// Entries of an XBLOCK or XXBLOCK, [MS-PST] 2.2.2.8.3.2.
    static let dataTreeEntries = 1021
    /// Entries of an SLBLOCK and an SIBLOCK, [MS-PST] 2.2.2.8.3.3.
    static let subnodeLeafEntries = 340
    static let subnodeIndexEntries = 510
    /// Sections of a file: the DList numbers them with 20 bits, [MS-PST] 2.2.2.7.4. 248 GiB.
    static let sections = 1 << 20
    /// Sections whose maps are computed in one walk over the trees: 16 MiB of maps, 8 GB of file.
    static let sectionsPerWalk = 1 << 15
    /// Ids of pages and blocks stay below this; no file comes near it.
    static let highestID: UInt64 = 1 << 60
    /// Entries of the DList, [MS-PST] 2.2.2.7.4.
    static let densityListEntries = 119
    /// References to one block up to which it is shared; cRef has 16 bits, and leaves room for what others add.
    static let sharedReferences: UInt16 = 65_000
    /// Levels of the node and block B-trees.
    static let treeDepth = 8
    /// Bytes of one node's data: lcbTotal has 32 bits.
    public static let nodeData = UInt64(UInt32.max)
    /// Depth of subnodes in subnodes that is followed: message, attachment, embedded message, …
    static let subnodeDepth = 128
    /// Subnodes of one node that are read: what an SIBLOCK full of full SLBLOCKs holds, and those of a 4K-page file.
    static let subnodes = 1 << 22
    /// Bytes of B-tree pages that a reader keeps.
    static let cachedPageBytes = 8 << 20
    /// Bytes of memory that are set aside for data of which so many are announced.
    static let reservedData = 16 << 20
    /// Highest index of a NID, 27 bits.
    static let nodeIndex: UInt32 = (1 << 27) - 1
}
