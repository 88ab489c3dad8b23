/// Bounds of what a check holds in memory or follows.
enum VerificationLimits {
    /// Findings that are passed on for one rule; more are only counted.
    static let findingsPerRule = 100
    /// Levels of a B-tree of pages; real files have at most four.
    static let treeDepth = 8
    /// Levels of index records in a BTH.
    static let heapTreeDepth = 8
    /// Folders below each other.
    static let folderDepth = 200
    /// Messages embedded in each other.
    static let messageDepth = 32
    /// Subnodes in subnodes when sizes are summed.
    static let subnodeDepth = 128
    /// Bytes of one value that is looked at as a whole: names, streams of the name map, compressed RTF.
    static let wholeValue = 64 << 20
    /// Pieces of the file in memory, of about 250 KB each.
    static let windows = 64
    /// Pages of one heap in memory, besides the first.
    static let heapPages = 24
}
