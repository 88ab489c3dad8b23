import GRDB
import Glibc
import MAPI
public import MailStore

extension Journal {
    /// A journal that nobody will see: for a run that must not write, or has nowhere to.
    /// - Parameter path: a journal whose content it starts with, where there is one; it is not touched.
    public static func inMemory(copyOf path: String? = nil) throws(StoreError) -> Journal {
        let name = path ?? "journal in memory"
        do {
            let queue = try DatabaseQueue(configuration: configuration(isReadOnly: false))
            if let path, access(path, F_OK) == 0 {
                try JournalFile.checkSize(path)
                let source = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
                let isJournal = try source.writeWithoutTransaction { try JournalFile.check($0, path: path) }
                if isJournal { try source.backup(to: queue) }
            }
            try JournalSchema.migrator(lineage: JournalFile.newLineage(), created: .now).migrate(queue)
            return Journal(
                path: name, queue: queue, lineage: try JournalFile.lineage(queue, path: name), lock: nil,
                isReadOnly: false)
        } catch {
            throw StoreError(error, journal: name)
        }
    }
}
