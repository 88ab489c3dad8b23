import Journal
import MailStore

/// Which folder of the source is which folder of the journal.
struct FolderMatching {
    struct Match {
        let known: JournalFolder
        /// False where only a hint says so: what lies in the folder must decide.
        let isCertain: Bool
        /// Copied from another place, which may be the same mailbox under another name.
        var isForeign = false
    }

    private(set) var matches: [FolderID: Match] = [:]
    /// Known folders that no folder of the source is.
    private(set) var unmatched: [JournalFolder] = []

    /// - Parameters:
    ///   - folders: all of the source.
    ///   - known: those of the journal that were copied from this source.
    ///   - foreign: those that were copied from another place, which may be the same mailbox under another name.
    init(folders: [FolderInfo], known: [JournalFolder], foreign: [JournalFolder]) {
        var byID = Dictionary(known.map { ($0.folder, $0) }) { first, _ in first }
        for folder in folders {
            if let match = byID.removeValue(forKey: folder.id) {
                matches[folder.id] = Match(known: match, isCertain: true)
            }
        }
        var byPersistentID: [String: JournalFolder] = [:]
        for folder in byID.values { if let id = folder.persistentID { byPersistentID[id] = folder } }
        var byPath = Dictionary(foreign.map { ($0.path, $0) }) { first, _ in first }
        for folder in folders where matches[folder.id] == nil {
            if let id = folder.persistentID, let match = byPersistentID.removeValue(forKey: id) {
                matches[folder.id] = Match(known: match, isCertain: false)
                byID[match.folder] = nil
            } else if let match = byPath.removeValue(forKey: folder.path) {
                matches[folder.id] = Match(known: match, isCertain: false, isForeign: true)
            }
        }
        unmatched = byID.values.sorted { $0.id < $1.id }
    }

    /// A hint was wrong: the folder is a new one, and the known one has gone.
    mutating func reject(_ folder: FolderID) {
        guard let match = matches.removeValue(forKey: folder), !match.isForeign else { return }
        unmatched.append(match.known)
    }
}
