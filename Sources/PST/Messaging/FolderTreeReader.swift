import BinaryIO
import MAPI
import PSTLTP
public import PSTNDB

/// Folders and what they hold — [MS-PST] 2.4.4. The tables say what is where; the node B-tree says it once more, and
/// nothing that either has is left out.
extension PSTReader {
    /// The folders of the mail tree, search folders left out.
    public func folderTree() -> PSTFolderTree {
        var walk = FolderWalk(reader: self)
        return walk.tree()
    }

    /// The messages of a folder, in the order of its contents table.
    public func contents(of folder: NodeID) -> PSTContents {
        var contents = PSTContents()
        var listed: Set<NodeID> = []
        do {
            let table = try self.table(folder.sibling(.contentsTable))
            let problems = table.forEachRow { row in
                let id = NodeID(rawValue: row.id)
                guard id.type == .normalMessage, listed.insert(id).inserted else { return }
                contents.rows.append(PSTContents.Row(id: id, isListed: true))
            }
            contents.problems += problems.map { "contents table: \($0)" }
        } catch {
            contents.problems.append("contents table: \(error)")
        }
        contents.rows.removeAll { row in
            if index.contains(row.id, in: folder) || (try? exists(row.id)) == true { return false }
            contents.problems.append("message \(row.id) is listed, but not there")
            return true
        }
        var others = index.messages(in: folder)
        if folder == topFolder { others += index.lost.map(\.message) }
        for id in others where !listed.contains(id) {
            contents.rows.append(PSTContents.Row(id: id, isListed: false))
            contents.problems.append("message \(id) is not in the contents table")
        }
        return contents
    }

    /// The folder that the mail tree starts from: PidTagIpmSubTreeEntryId, or else the usual one, or else the root.
    public var topFolder: NodeID {
        if let entryID = store.binary(.ipmSubTreeEntryId), entryID.count == 24 {
            let id = NodeID(rawValue: entryID.loadLittleEndian(UInt32.self, at: 20) ?? 0)
            if index.folders[id] != nil { return id }
        }
        return index.folders[.ipmSubtree] != nil ? .ipmSubtree : .rootFolder
    }
}

/// One walk down the folder tree.
private struct FolderWalk {
    let reader: PSTReader
    var seen: Set<NodeID> = []
    var problems: [String] = []
    /// Folders by the parent that the node B-tree has, in ascending order.
    let children: [NodeID: [NodeID]]

    private struct Place {
        let id: NodeID
        let parent: NodeID
        let path: [String]
    }

    init(reader: PSTReader) {
        self.reader = reader
        var children: [NodeID: [NodeID]] = [:]
        for (id, parent) in reader.index.folders.sorted(by: { $0.key < $1.key }) where id != parent {
            children[parent, default: []].append(id)
        }
        self.children = children
    }

    mutating func tree() -> PSTFolderTree {
        let top = reader.topFolder
        var tree = PSTFolderTree(top: top)
        seen = [top, .rootFolder]
        let own = folder(Place(id: top, parent: .rootFolder, path: []))
        let lost = reader.index.lost
        for (message, parent) in lost {
            problems.append("message \(message) lies in folder \(parent), which is not there; it is shown at the top")
        }
        if !lost.isEmpty || !reader.contents(of: top).rows.isEmpty { tree.folders.append(own) }
        tree.folders += folders(below: top, path: [])
        if top != .rootFolder {
            if !reader.index.messages(in: .rootFolder).isEmpty {
                tree.hidden.append(folder(Place(id: .rootFolder, parent: .rootFolder, path: [])))
            }
            tree.hidden += folders(below: .rootFolder, path: [])
        }
        // What is left has no way up to the root: the parent is not there, or the parents form a circle.
        for id in reader.index.folders.keys.sorted() where !seen.contains(id) {
            let parent = reader.index.folders[id] ?? .none
            // The head of a lost branch is shown first, with the branch below it.
            if parent != id, reader.index.folders[parent] != nil, !seen.contains(parent), !isCircle(id) { continue }
            problems.append("folder \(id) lies in \(parent), which leads nowhere; it is shown at the top")
            tree.folders += branch(id, below: top)
        }
        tree.problems = problems
        return tree
    }

    /// Whether going up from `id` comes back to it.
    private func isCircle(_ id: NodeID) -> Bool {
        var visited: Set<NodeID> = []
        var next = reader.index.folders[id]
        while let parent = next, visited.insert(parent).inserted {
            if parent == id { return true }
            next = reader.index.folders[parent]
        }
        return false
    }

    private mutating func branch(_ id: NodeID, below parent: NodeID) -> [PSTFolder] {
        guard seen.insert(id).inserted else { return [] }
        let head = folder(Place(id: id, parent: parent, path: []))
        return [head] + folders(below: id, path: head.path)
    }

    /// All folders below `parent` that have not been seen yet, parents before children.
    private mutating func folders(below parent: NodeID, path: [String]) -> [PSTFolder] {
        var result: [PSTFolder] = []
        var open = places(below: parent, path: path)
        while let place = open.popLast() {
            let folder = folder(place)
            result.append(folder)
            open += places(below: place.id, path: folder.path)
        }
        return result
    }

    /// The direct subfolders, the first one last.
    private mutating func places(below parent: NodeID, path: [String]) -> [Place] {
        var ids: [NodeID] = []
        do {
            let table = try reader.table(parent.sibling(.hierarchyTable))
            let damaged = table.forEachRow { row in ids.append(NodeID(rawValue: row.id)) }
            problems += damaged.map { "hierarchy table of folder \(parent): \($0)" }
        } catch {
            problems.append("hierarchy table of folder \(parent): \(error)")
        }
        let listed = Set(ids)
        for id in children[parent] ?? [] where !listed.contains(id) && !seen.contains(id) {
            problems.append("folder \(id) is not in the hierarchy table of its parent \(parent)")
            ids.append(id)
        }
        var path = path
        if path.count >= MessagingLimits.folderDepth {
            problems.append("folders below \(parent) are nested too deeply; they are shown at the top")
            path = []
        }
        var places: [Place] = []
        for id in ids where id.type == .normalFolder {
            guard reader.index.folders[id] != nil else {
                problems.append("folder \(id) is listed below \(parent), but not there")
                continue
            }
            // A search root or top that stands here has a walk of its own.
            guard seen.insert(id).inserted else {
                if id != reader.topFolder { problems.append("folder \(id) is listed below \(parent) once more") }
                continue
            }
            places.append(Place(id: id, parent: parent, path: path))
        }
        return places.reversed()
    }

    private mutating func folder(_ place: Place) -> PSTFolder {
        var properties = PropertyBag()
        do {
            let read = try reader.properties(of: place.id)
            properties = read.properties
            problems += read.problems
        } catch {
            problems.append("folder \(place.id): \(error)")
        }
        let name = self.name(of: place, properties)
        return PSTFolder(
            id: place.id, parent: place.parent, name: name, path: place.path + [name], properties: properties)
    }

    private func name(of place: Place, _ properties: PropertyBag) -> String {
        if let name = properties.string(.displayName), !name.isEmpty { return name }
        if case .string8(let bytes)? = properties[PropertyTag(id: PropertyTag.displayName.id, type: .string8)] {
            return String(decoding: bytes, as: UTF8.self)
        }
        return "Folder \(place.id)"
    }
}
