import Journal
public import MailStore

/// What an archiving run is about.
public struct ArchivePlan: Sendable {
    struct Folder: Sendable {
        let folder: FolderInfo
        let known: JournalFolder
        let rows: [ContentsRow]
    }

    var store: Int64 = 0
    var folders: [Folder] = []

    public var messages: Int { folders.reduce(0) { $0 + $1.rows.count } }

    /// At the source.
    public var bytes: Int {
        folders.reduce(0) { sum, folder in
            folder.rows.reduce(sum) { $0.addingReportingOverflow($1.size).partialValue }
        }
    }
}

/// What an archiving run did.
public struct ArchiveResult: Sendable {
    /// Messages removed from the source.
    public var removed = 0
    /// Messages that were to be removed and are there still; each was told as a problem.
    public var kept = 0
    public var failure: StoreError?
}
