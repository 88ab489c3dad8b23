public import PST
import PSTNDB

/// Compares a PST, or all parts of one, with its source converted anew, item by item and in any order. Memory grows by
/// some 50 bytes a message: the digests of the PST's items.
public struct SourceComparison {
    private let readers: [PSTReader]
    private let report: (ReadbackDifference) -> Void
    /// Items of the PST that no item of the source has matched, by folder and digest.
    private var unmatched: [Key: [Place]] = [:]
    private var folders: [Place: [String]] = [:]
    /// Items of the source without an equal in the PST, for a closer look at the end.
    private var leftOver: [ReadbackItem] = []
    public private(set) var summary = Readback.Summary()

    /// Where an item lies: the number of its part, and its node there.
    private struct Place: Hashable, Comparable {
        let part: Int
        let node: UInt32

        static func < (left: Place, right: Place) -> Bool { (left.part, left.node) < (right.part, right.node) }
    }

    private struct Key: Hashable {
        let folder: [String]
        let digest: [UInt8]
    }

    /// Items of the source that are kept for a closer look; more are reported as missing at once.
    private static let closeLooks = 2_000

    /// Reads the PST once.
    public init(reader: PSTReader, report: @escaping (ReadbackDifference) -> Void) {
        self.init(readers: [reader], report: report)
    }

    /// Reads each part once.
    public init(readers: [PSTReader], report: @escaping (ReadbackDifference) -> Void) {
        self.readers = readers
        self.report = report
        for (part, reader) in readers.enumerated() {
            for folder in reader.comparableFolders {
                for row in reader.contents(of: folder.id).rows {
                    let place = Place(part: part, node: row.id.rawValue)
                    folders[place] = folder.path
                    guard let item = Self.item(place.node, reader, folder.path) else {
                        tell(.unreadable, node: place.node, folder: folder.path)
                        continue
                    }
                    unmatched[Key(folder: folder.path, digest: item.fingerprint), default: []].append(place)
                }
            }
        }
    }

    private static func item(_ node: UInt32, _ reader: PSTReader, _ folder: [String]) -> ReadbackItem? {
        guard let message = try? reader.message(NodeID(rawValue: node)) else { return nil }
        return try? ReadbackItem(message.object, isStored: true, folder: folder, node: node)
    }

    /// An item of the source; its folder is the one it has in the PST.
    public mutating func expect(_ item: ReadbackItem) {
        summary.compared += 1
        let key = Key(folder: item.folder, digest: item.fingerprint)
        if var nodes = unmatched[key], nodes.popLast() != nil {
            unmatched[key] = nodes.isEmpty ? nil : nodes
            summary.equal += 1
        } else if leftOver.count < Self.closeLooks {
            leftOver.append(item)
        } else {
            tell(.missing, folder: item.folder, item: item["subject"] ?? "")
        }
    }

    /// Call when the source has no more: reports what differs, is missing, or is only in the PST.
    public mutating func finish() {
        var rest: [ReadbackItem] = []
        for place in unmatched.values.joined().sorted() {
            let folder = folders[place] ?? []
            if rest.count < Self.closeLooks, let item = Self.item(place.node, readers[place.part], folder) {
                rest.append(item)
            } else {
                tell(.unexpected, node: place.node, folder: folder)
            }
        }
        for wanted in leftOver {
            guard let position = Self.counterpart(of: wanted, in: rest) else {
                tell(.missing, folder: wanted.folder, item: wanted["subject"] ?? "")
                continue
            }
            let found = rest.remove(at: position)
            for (field, left, right) in ItemDifferences(found: found, wanted: wanted).fields {
                tell(
                    .field, node: found.node, folder: wanted.folder, item: wanted["subject"] ?? "", field: field,
                    expected: right, found: left)
            }
        }
        for item in rest {
            tell(.unexpected, node: item.node, folder: item.folder, item: item["subject"] ?? "")
        }
        (unmatched, leftOver) = ([:], [])
    }

    /// The item that is most likely the same message: one with the same message id, or else with most fields equal.
    private static func counterpart(of wanted: ReadbackItem, in items: [ReadbackItem]) -> Int? {
        if let id = wanted["message-id"] {
            let same = items.indices.filter { items[$0]["message-id"] == id }
            if let position = same.first(where: { items[$0].folder == wanted.folder }) ?? same.first { return position }
        }
        let fields = Set(wanted.fields)
        // Another message id is another message.
        let candidates = items.indices.filter {
            items[$0].folder == wanted.folder && (wanted["message-id"] == nil || items[$0]["message-id"] == nil)
        }
        let scores = candidates.map {
            (position: $0, score: items[$0].fields.count { fields.contains($0) })
        }
        guard let best = scores.max(by: { $0.score < $1.score }), best.score * 2 > fields.count else { return nil }
        return best.position
    }

    private mutating func tell(
        _ kind: ReadbackDifference.Kind, node: UInt32 = 0, folder: [String], item: String = "", field: String = "",
        expected: String = "", found: String = ""
    ) {
        summary.differences += 1
        report(
            ReadbackDifference(
                kind: kind, node: node, folder: folder, item: item, field: field, expected: expected, found: found))
    }
}
