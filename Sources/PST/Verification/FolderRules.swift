import BinaryIO

/// Folders, [MS-PST] 2.4.4.
extension Rule {
    static let nodeParent = Rule(
        "node-parent", .error, "[MS-PST] 2.2.2.7.7.4", "nidParent of a folder or message is no folder", .repair)
    static let nodeParentOfOther = Rule(
        "node-parent-unexpected", any: .warning, fresh: .error, "scanpst", "a node without parent has a nidParent",
        .repair)
    static let folderNode = Rule("folder-node", .error, "[MS-PST] 2.4.4", "a folder lacks one of its nodes", .repair)
    static let folderProperty = Rule(
        "folder-property", .error, "[MS-PST] 2.4.4.1.1", "a folder lacks a required property", .repair)
    static let folderHierarchy = Rule(
        "folder-hierarchy", .error, "[MS-PST] 2.4.4.4", "the hierarchy table does not list exactly the child folders",
        .repair)
    static let folderSubfolders = Rule(
        "folder-subfolders", .error, "[MS-PST] 2.4.4.1.1", "PidTagSubfolders differs from the hierarchy table", .repair)
    static let folderUnreachable = Rule(
        "folder-unreachable", .error, "[MS-PST] 2.4.4", "a folder cannot be reached from the root, or lies in itself",
        .repair)
    static let folderNameTwice = Rule(
        "folder-name-twice", .warning, "[MS-PST] 2.4.4", "two folders in one place have the same name", .none)
    static let folderCount = Rule(
        "folder-count", .error, "[MS-PST] 2.4.4.1.1", "PidTagContentCount is not the number of rows", .repair)
    static let folderUnread = Rule(
        "folder-unread", .error, "[MS-PST] 2.4.4.1.1", "PidTagContentUnreadCount is not the number of unread messages",
        .repair)
    static let tableRequiredColumn = Rule(
        "table-required-column", .error, "[MS-PST] 2.4.4.5", "a folder's table lacks a required column", .repair)
    static let tableTemplateColumn = Rule(
        "table-template-column", any: .warning, fresh: .error, "[MS-PST] 2.4.4.4.1",
        "a folder's table lacks a column of its template", .repair)

    static let folders: [Rule] = [
        nodeParent, nodeParentOfOther, folderNode, folderProperty, folderHierarchy, folderSubfolders,
        folderUnreachable, folderNameTwice, folderCount, folderUnread, tableRequiredColumn, tableTemplateColumn,
    ]
}

extension StoreCheck {
    func checkParents() {
        let nodes = file.nodes
        for index in 0..<nodes.count {
            let id = nodes.ids[index]
            let parent = nodes.parents[index]
            func place() -> Place { Place("NBTENTRY", nodes: [id]) }
            if NodeKind.isFolder(id) || NodeKind.isMessage(id) {
                if NodeKind.of(parent) != NodeKind.folder || !nodes.contains(parent) {
                    log.report(.nodeParent, place(), found: hexadecimal(parent), expected: "a folder")
                }
                if NodeKind.isFolder(id), parent != id { childFolders[parent, default: []].append(id) }
            } else if parent != 0 {
                // Outlook gives a queue that holds something a parent.
                let isBusyQueue = NodeKind.of(id) == NodeKind.searchQueue && nodes.data[index] != 0
                log.report(.nodeParentOfOther, place(), mildly: isBusyQueue, found: hexadecimal(parent), expected: "0")
            }
        }
        if let root = nodes.index(of: StoreNode.root), nodes.parents[root] != StoreNode.root {
            log.report(
                .nodeParent, Place("NBTENTRY", nodes: [StoreNode.root]), found: hexadecimal(nodes.parents[root]),
                expected: "the root folder itself")
        }
    }

    func checkFolders() {
        if file.nodes.contains(StoreNode.root) { visitFolder(StoreNode.root, depth: 0) }
        for index in 0..<file.nodes.count {
            let id = file.nodes.ids[index]
            guard NodeKind.isFolder(id), !file.nodes.states[index].contains(.reached) else { continue }
            log.report(
                .folderUnreachable, Place("folder", nodes: [id]),
                found: "nidParent \(hexadecimal(file.nodes.parents[index]))")
            visitFolder(id, depth: 1)
        }
    }

    private func visitFolder(_ id: UInt32, depth: Int) {
        guard let index = file.nodes.index(of: id) else { return }
        guard !file.nodes.states[index].contains(.reached), depth < VerificationLimits.folderDepth else {
            log.report(.folderUnreachable, Place("folder", nodes: [id]), found: "reached twice, or too deep")
            return
        }
        file.nodes.states[index].insert(.reached)
        folderCount += 1
        let folder = file.node(id, "folder").flatMap { PropertyView($0) }
        folder?.finish()
        if let folder { checkProperties(folder) }
        guard NodeKind.of(id) == NodeKind.folder else { return }
        for kind in [NodeKind.hierarchyTable, NodeKind.contentsTable, NodeKind.associatedTable] {
            let table = NodeKind.sibling(id, kind)
            if !file.nodes.contains(table) {
                log.report(.folderNode, Place("folder", nodes: [id]), found: "no node \(hexadecimal(table))")
            }
        }
        let children = checkHierarchy(of: id, folder)
        checkContents(of: id, folder, kind: NodeKind.contentsTable)
        checkContents(of: id, folder, kind: NodeKind.associatedTable)
        for child in children { visitFolder(child, depth: depth + 1) }
    }

    private func checkProperties(_ folder: PropertyView) {
        for (id, type) in [(0x3001, nil), (0x3602, 0x03), (0x3603, 0x03), (0x360A, 0x0B)] as [(UInt16, UInt16?)] {
            let property = folder[id]
            if property == nil || type != nil && property?.type != type {
                log.report(.folderProperty, folder.place, found: "no sound \(hexadecimal(id))")
            }
        }
    }

    /// - Returns: the child folders that the hierarchy table lists.
    private func checkHierarchy(of id: UInt32, _ folder: PropertyView?) -> [UInt32] {
        guard let content = file.node(NodeKind.sibling(id, NodeKind.hierarchyTable), "hierarchy table"),
            let table = TableView(content)
        else { return childFolders[id] ?? [] }
        checkColumns(of: table, template: 0x60D)
        let actual = Set(childFolders[id] ?? [])
        var listed: [UInt32] = []
        var names: Set<[UInt16]> = []
        let mirror = RowMirror.hierarchy(log.profile)
        table.forEachRow { row, bytes in
            guard NodeKind.isFolder(row), actual.contains(row) else {
                self.log.report(
                    .folderHierarchy, table.rowPlace(row), found: "no child folder", expected: "one below this folder")
                return
            }
            listed.append(row)
            table.checkVersion(of: bytes, row, isShared: true)
            self.compare(table, row, bytes, mirror, &names)
        }
        table.finish()
        for child in actual.subtracting(listed).sorted() {
            log.report(.folderHierarchy, content.place, found: "no row for folder \(hexadecimal(child))")
        }
        if let flag = folder?.integer(0x360A), (flag != 0) != (table.listedCount > 0), let folder {
            log.report(.folderSubfolders, folder.place, found: "\(flag)", expected: "\(table.listedCount) rows")
        }
        return listed + actual.subtracting(listed).sorted()
    }

    private func compare(
        _ table: TableView, _ id: UInt32, _ row: UnsafeRawBufferPointer, _ mirror: RowMirror,
        _ names: inout Set<[UInt16]>
    ) {
        // Looked at here only for the row; its own turn comes.
        guard let index = file.nodes.index(of: id) else { return }
        let content = NodeContent(
            file: file, data: file.nodes.data[index], subnodes: file.nodes.subnodes[index],
            place: Place("folder", nodes: [id]))
        guard let child = quietly({ PropertyView(content) }) else { return }
        if let name = child.text(0x3001), !names.insert(name).inserted {
            log.report(.folderNameTwice, table.rowPlace(id), found: String(decoding: name, as: UTF16.self))
        }
        let isSearch = NodeKind.of(id) == NodeKind.searchFolder
        let hasCells = [0x3001, 0x3602, 0x360A].contains { wanted in
            table.columns.columns.indices.contains { position in
                guard table.columns.columns[position].id == wanted else { return false }
                if case .absent = table.cells[position] { return false }
                return true
            }
        }
        if isSearch, !hasCells {
            log.report(
                .hierarchyRowDiffers, table.rowPlace(id), mildly: true, found: "a row of a search folder without cells")
            return
        }
        var mirror = mirror
        if isSearch, log.profile == .any { mirror.only?.subtract([0x3602, 0x3603]) }
        mirror.compare(table, id, row, with: child)
        if !isSearch { replicated.note(table, id, row) }
    }

    /// Runs a reading whose findings another check reports.
    func quietly<Result>(_ body: () -> Result) -> Result {
        log.isMuted = true
        defer { log.isMuted = false }
        return body()
    }

    func checkColumns(of table: TableView, template: UInt32) {
        for id in TemplateColumns.required[template] ?? [] where !table.columns.contains(id: id) {
            log.report(.tableRequiredColumn, table.place, found: "no column \(hexadecimal(id))")
        }
        guard let expected = templateTags[template] else { return }
        let missing = expected.subtracting(table.columns.tags)
        if !missing.isEmpty {
            log.report(
                .tableTemplateColumn, table.place,
                found: "no columns " + missing.sorted().map { hexadecimal($0) }.joined(separator: ", "))
        }
    }
}
