/// A PST that was written, as the journal knows it.
public struct JournalStore: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// Holds the mailbox, and is updated.
        case base
        /// Holds what was new or changed since an earlier run.
        case delta
    }

    public let id: Int64
    /// ``MailStore/StoreIdentity/store``.
    public let key: String
    public let path: String
    /// ``MailStore/StoreIdentity/generation`` at the last checkpoint that the journal knows of. Another one in the PST: the
    /// journal does not know all of it.
    public let generation: String
    public let kind: Kind
    /// The run whose state a delta starts from.
    public let sinceRun: Int?
    public let createdRun: Int

    public init(
        id: Int64, key: String, path: String, generation: String, kind: Kind, sinceRun: Int?, createdRun: Int
    ) {
        self.id = id
        self.key = key
        self.path = path
        self.generation = generation
        self.kind = kind
        self.sinceRun = sinceRun
        self.createdRun = createdRun
    }

    /// The paths of its files. Of a PST in parts the generation names the labels, "LABEL=GENERATION;…", and part LABEL of
    /// FILE.pst is FILE-LABEL.pst; the label of FILE.pst itself is empty.
    public var files: [String] {
        guard generation.contains("=") else { return [path] }
        let isNamed = path.suffix(4).lowercased() == ".pst"
        let (stem, suffix) = isNamed ? (path.dropLast(4), path.suffix(4)) : (path[...], "")
        return generation.split(separator: ";").map { part in
            let label = part.prefix { $0 != "=" }
            return label.isEmpty ? path : "\(stem)-\(label)\(suffix)"
        }
    }
}
