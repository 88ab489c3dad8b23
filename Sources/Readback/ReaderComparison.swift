import PST
import PSTNDB

/// Compares the items that libpst gives, one by one, with those of our own reader.
struct ReaderComparison {
    private let reader: PSTReader
    private let report: (ReadbackDifference) -> Void
    private(set) var summary = Readback.Summary()
    /// Messages that our reader finds, by NID: the position of their folder.
    private var expected: [UInt32: Int] = [:]
    private var folders: [(id: NodeID, path: [String])] = []
    /// Differences of one item that are told; one damage can make hundreds.
    private static let perItem = 20

    init(reader: PSTReader, report: @escaping (ReadbackDifference) -> Void) {
        self.reader = reader
        self.report = report
    }

    /// Lists what our reader finds.
    mutating func prepare() {
        folders = reader.comparableFolders
        for (position, folder) in folders.enumerated() {
            for row in reader.contents(of: folder.id).rows { expected[row.id.rawValue] = position }
        }
    }

    mutating func take(_ content: ItemLine.Content) {
        switch content {
        case .end: break
        case .unreadable(let node, let text):
            // Associated messages and folders of search are none of the mail.
            guard expected.removeValue(forKey: node) != nil else { return }
            difference(.unreadable, node: node, found: text)
        case .item(let found): compare(found)
        }
    }

    private mutating func compare(_ found: ReadbackItem) {
        guard let position = expected.removeValue(forKey: found.node) else {
            if found.node & 0x1F == UInt32(NodeType.normalMessage.rawValue), !isHidden(found) {
                difference(
                    .unexpected, node: found.node, folder: found.folder, item: found["subject"] ?? "",
                    expected: "no such message")
            }
            return
        }
        let folder = folders[position]
        do {
            let message = try reader.message(NodeID(rawValue: found.node))
            let wanted = try ReadbackItem(message.object, isStored: true, folder: folder.path, node: found.node)
            summary.compared += 1
            if compare(found, wanted) { summary.equal += 1 }
        } catch {
            difference(.unreadable, node: found.node, folder: folder.path, found: "\(error)")
        }
    }

    /// Folders beside the mail tree are there for libpst.
    private func isHidden(_ item: ReadbackItem) -> Bool {
        (try? reader.message(NodeID(rawValue: item.node))).map { message in
            !folders.contains { $0.id == message.parent }
        } ?? false
    }

    /// - Returns: whether both are equal.
    private mutating func compare(_ found: ReadbackItem, _ wanted: ReadbackItem) -> Bool {
        if found.fields == wanted.fields, found.folder == wanted.folder { return true }
        let all = ItemDifferences(found: found, wanted: wanted).fields
        let differences = all.filter { !LibpstLimits.explains($0.field, found: found, wanted: wanted) }
        guard !differences.isEmpty else {
            summary.beyondLibpst += 1
            return true
        }
        for (field, left, right) in differences.prefix(Self.perItem) {
            difference(
                .field, node: found.node, folder: wanted.folder, item: wanted["subject"] ?? "", field: field,
                expected: right, found: left)
        }
        if differences.count > Self.perItem {
            difference(
                .field, node: found.node, folder: wanted.folder, item: wanted["subject"] ?? "", field: "further fields",
                expected: "none", found: "\(differences.count - Self.perItem)")
        }
        return false
    }

    private mutating func difference(
        _ kind: ReadbackDifference.Kind, node: UInt32, folder: [String] = [], item: String = "", field: String = "",
        expected: String = "", found: String = ""
    ) {
        summary.differences += 1
        report(
            ReadbackDifference(
                kind: kind, node: node, folder: folder, item: item, field: field, expected: expected, found: found))
    }

    /// Messages that libpst did not give.
    mutating func finish() {
        for (node, position) in expected.sorted(by: { $0.key < $1.key }) {
            let message = try? reader.message(NodeID(rawValue: node))
            let item = message.flatMap {
                try? ReadbackItem($0.object, isStored: true, folder: folders[position].path)
            }
            difference(.missing, node: node, folder: folders[position].path, item: item?["subject"] ?? "")
        }
    }

    mutating func fail(_ reason: String) {
        difference(.reader, node: 0, field: "reading process", expected: "the last item", found: reason)
    }
}

/// The fields in which two items differ.
struct ItemDifferences {
    private(set) var fields: [(field: String, found: String, wanted: String)] = []

    init(found: ReadbackItem, wanted: ReadbackItem) {
        if found.folder != wanted.folder {
            fields.append(("folder", found.folder.joined(separator: "/"), wanted.folder.joined(separator: "/")))
        }
        let left = Dictionary(found.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let right = Dictionary(wanted.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        for field in wanted.fields where left[field.name] != field.value {
            fields.append((field.name, left[field.name] ?? "", field.value))
        }
        for field in found.fields where right[field.name] == nil {
            fields.append((field.name, field.value, ""))
        }
    }
}

extension PSTReader {
    /// The folders with the paths that libpst gives them: messages in the top itself lie at an empty path.
    var comparableFolders: [(id: NodeID, path: [String])] {
        let tree = folderTree()
        return tree.folders.map { ($0.id, $0.id == tree.top ? [] : $0.path) }
    }
}

/// What libpst cannot read of sound files.
enum LibpstLimits {
    /// Subnodes that one SLBLOCK holds, or a few less: a message with more has an SIBLOCK, of which libpst reads nothing.
    private static let subnodes = 300
    /// UTF-16 units of a string that is in the heap; a longer one is in a subnode, and libpst finds none of those of an
    /// attachment.
    private static let heapString = 512

    /// Whether a difference comes from libpst.
    static func explains(_ field: String, found: ReadbackItem, wanted: ReadbackItem) -> Bool {
        if field.hasSuffix(" content-id") || field.hasSuffix(" type"), found[field] ?? "" == "",
            wanted[field]?.utf16.count ?? 0 > heapString
        {
            return true
        }
        let parts = field.split(separator: ">")
        var prefix = ""
        for part in parts.dropLast() {
            if hasTooMany(prefix, found, wanted) { return true }
            prefix += part + "> "
        }
        guard hasTooMany(prefix, found, wanted) else { return false }
        // An embedded message with an SIBLOCK is not there at all; of a message what is in its heap is.
        return !prefix.isEmpty || field.hasPrefix("attachment") || isLarge(field)
    }

    private static func hasTooMany(_ prefix: String, _ found: ReadbackItem, _ wanted: ReadbackItem) -> Bool {
        guard let count = wanted[prefix + "attachments"].flatMap({ Int($0) }) else { return false }
        return count >= subnodes && found[prefix + "attachments"] == "0"
    }

    /// Whether a field may be in a subnode.
    private static func isLarge(_ field: String) -> Bool {
        ["plain body", "HTML body", "Internet headers", "to", "cc", "bcc"].contains(field)
    }
}
