/// All rules, for documents and scripts.
extension Rule {
    public static let all: [Rule] =
        header + pages + trees + blocks + internalBlocks + allocation + freeMaps + counters + heaps + heapTrees
        + values + tables + rows + templates + store + names + folders + contents + messages + subjects + recipients
        + attachments + searches + indexes
}
