/// What a run is to do with what it finds.
public struct SynchronizationPlan: Sendable {
    /// What happens in the destination to messages and folders that are gone at the source.
    public enum Deletions: String, Sendable, CaseIterable {
        case keep, mirror
    }

    public var deletions = Deletions.keep
    /// Whether a folder whose state is the one last known is taken for unchanged without being looked at.
    public var trustsStates = false
    /// The run since which changes are copied into a new store; nil where the store is to hold everything.
    public var sinceRun: Int?
    /// For the journal and for people.
    public var sourceName: String

    public init(sourceName: String) {
        self.sourceName = sourceName
    }
}
