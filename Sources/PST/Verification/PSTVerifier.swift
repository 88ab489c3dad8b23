public import BinaryIO

/// What a verification has seen.
public struct VerificationSummary: Sendable {
    public var errors = 0
    public var warnings = 0
    /// Breaches by rule id; a rule's count may exceed the number of findings that were passed on.
    public var counts: [String: Int] = [:]
    /// Bytes of the file.
    public var bytes: UInt64 = 0
    public var pages = 0
    public var blocks = 0
    public var nodes = 0
    public var folders = 0
    /// Messages in folders; neither associated nor embedded ones.
    public var messages = 0
    /// False where the file is so damaged that its objects could not be looked at.
    public var isComplete = false
}

/// The structural check of a PST, product contract 3.4 (a): every page, block, heap, table and object, in one pass
/// over the file with bounded memory (some 30 bytes a block).
public struct PSTVerifier {
    public let path: String
    public let profile: VerificationProfile

    public init(path: String, profile: VerificationProfile = .any) {
        self.path = path
        self.profile = profile
    }

    /// Checks the file and passes on what is found, in the order of the check; at most 100 findings a rule.
    /// - Throws: ``StorageError`` where the file cannot be read; damage is not an error but a finding.
    public func run(report: @escaping (Finding) -> Void) throws(StorageError) -> VerificationSummary {
        let storage = try FileStorage(path: path, mode: .read)
        return try Self.run(on: storage, profile: profile, report: report)
    }

    /// The same for a storage that is open already.
    public static func run(
        on storage: any Storage, profile: VerificationProfile, report: @escaping (Finding) -> Void
    ) throws(StorageError) -> VerificationSummary {
        let log = FindingLog(profile: profile, limit: VerificationLimits.findingsPerRule, sink: report)
        let size = try storage.size()
        var summary = VerificationSummary()
        summary.bytes = size
        if let file = try FileUnderCheck(storage: storage, size: size, log: log) {
            file.run(&summary)
            if let failure = file.windows.failure { throw failure }
        }
        summary.errors = log.errors
        summary.warnings = log.warnings
        for (rule, count) in log.counts { summary.counts[rule.id] = count }
        return summary
    }
}
