import TestSupport

/// The messages of a source and of the PST made from it, matched by folder, Message-ID and order.
struct MessagePairs {
    private(set) var pairs: [(source: ExpectedMessage, stored: LibpstMessage)] = []
    private(set) var unmatchedSource: [String] = []
    private(set) var unmatchedStored: [String] = []

    init(source: [ExpectedMessage], stored: [LibpstMessage]) {
        var left = Dictionary(grouping: stored) { Key(folder: $0.folder, messageID: $0.messageID) }
            .mapValues { $0[...] }
        for message in source {
            let key = Key(folder: message.folder ?? [], messageID: message.messageID)
            if let match = left[key]?.popFirst() {
                pairs.append((message, match))
            } else {
                unmatchedSource.append("\(key.folder) \(key.messageID) \(message.file ?? "")")
            }
        }
        unmatchedStored = left.flatMap { key, messages in
            messages.map { "\(key.folder) \(key.messageID) \($0.subject)" }
        }
    }

    private struct Key: Hashable {
        let folder: [String]
        let messageID: String
    }
}
