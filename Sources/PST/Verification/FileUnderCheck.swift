import BinaryIO
import PSTNDB

/// Everything the checks of one file share.
final class FileUnderCheck {
    let windows: FileWindows
    let log: FindingLog
    let header: HeaderFields
    let blocks = BlockIndex()
    let nodes = NodeIndex()
    private(set) var treePages: [UInt64] = []
    /// The subnode with the highest index of each type; the two tables of a message, whose ids are fixed, aside.
    var highestSubnode = [UInt32](repeating: 0, count: 32)
    /// Named properties that objects and columns use, by id less 0x8000.
    var namesInProperties = [Bool](repeating: false, count: 0x8000)
    var namesInColumns = [Bool](repeating: false, count: 0x8000)
    /// PidTagLtpRowVer of all rows outside messages; only in the profile of new files.
    var rowVersions: [UInt32] = []
    var layout: FileLayout { header.layout }

    /// - Returns: nil for a file that is no PST, which is reported.
    init?(storage: any Storage, size: UInt64, log: FindingLog) throws(StorageError) {
        windows = FileWindows(storage: storage, size: size)
        self.log = log
        let head = windows.bytes(at: 0, count: Int(min(size, 564)))
        if let failure = windows.failure { throw failure }
        guard let head else {
            log.report(.fileTooShort, Place("HEADER", offset: 0), found: "\(size) bytes", expected: "at least 564")
            return nil
        }
        guard let header = HeaderFields(head, fileSize: size, log: log) else { return nil }
        self.header = header
    }

    func run(_ summary: inout VerificationSummary) {
        for (kind, root) in [(PageType.blockTree, header.blockTree), (.nodeTree, header.nodeTree)] {
            var walk = TreeWalk(file: self, kind: kind)
            walk.visit(id: root.id, offset: root.offset)
            treePages += walk.offsets
        }
        blocks.seal()
        nodes.seal()
        checkNodeReferences()
        let store = StoreCheck(file: self)
        store.run()
        checkRemainingBlocks()
        checkReferenceCounts()
        checkCounters()
        if !layout.is4K { AllocationCheck(file: self, treePages: treePages).run() }
        summary.pages = treePages.count
        summary.blocks = blocks.count
        summary.nodes = nodes.count
        summary.folders = store.folderCount
        summary.messages = store.messageCount
        summary.isComplete = nodes.count > 0 && windows.failure == nil
    }
}
