import Readback
import TestSupport

/// The messages of a source and of the PST made from it, matched folder by folder.
///
/// A copy keeps the order of delivery, so messages are matched by their place where a folder holds as many as its
/// source; many have no Message-ID, some share one. Where the counts differ, the Message-ID tells which are missing.
struct MessagePairs {
    private(set) var pairs: [(source: ExpectedMessage, stored: LibpstMessage)] = []
    private(set) var unmatchedSource: [String] = []
    private(set) var unmatchedStored: [String] = []

    init(source: [ExpectedMessage], stored: [LibpstMessage]) {
        let stored = Dictionary(grouping: stored, by: \.folder)
        let source = Dictionary(grouping: source, by: \.storedFolder)
        for folder in Set(source.keys).union(stored.keys).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            match(source[folder] ?? [], stored[folder] ?? [])
        }
    }

    private mutating func match(_ source: [ExpectedMessage], _ stored: [LibpstMessage]) {
        guard source.count != stored.count else {
            pairs += zip(source, stored).map { ($0, $1) }
            return
        }
        var left = Dictionary(grouping: stored, by: \.messageID).mapValues { $0[...] }
        for message in source {
            if let match = left[message.messageID]?.popFirst() {
                pairs.append((message, match))
            } else {
                unmatchedSource.append("\(message.storedFolder) \(message.messageID) \(message.file ?? "")")
            }
        }
        unmatchedStored += left.values.flatMap { $0 }.map { "\($0.folder) \($0.messageID) \($0.subject)" }
    }
}
