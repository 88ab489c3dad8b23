import MAPI
import MailStore

@testable import Journal

/// What a journal should hold, kept by plain means.
struct JournalModel: Equatable {
    struct Message: Equatable {
        var id: String
        var persistentID: String?
        var digest: [UInt8]?
        var state: MessageState
        var location: String
        var destination: String
        var run: Int
        var stateRun: Int
        var goneRun: Int?
    }

    struct Folder: Equatable {
        var name: String
        var state: String?
        /// In the order in which they came.
        var messages: [Message] = []
        var failures: [String: Int] = [:]
    }

    /// By ``JournalFolder/id``.
    var folders: [Int64: Folder] = [:]
    var generation = "1"
    /// Runs that have tried to copy a message, per failure.
    var lastAttempts: [String: Int] = [:]

    /// What a journal holds of a store.
    init(_ journal: Journal, store: Int64, attempts: [String: Int]) throws {
        generation = try journal.stores().first { $0.id == store }?.generation ?? ""
        lastAttempts = attempts
        for folder in try journal.folders(of: store, source: JournalScene.source) {
            let messages = try journal.messages(folder.id)
            folders[folder.id] = Folder(
                name: folder.folder.rawValue, state: folder.state?.rawValue,
                messages: messages.map { message in
                    Message(
                        id: message.id.rawValue, persistentID: message.persistentID, digest: message.digest,
                        state: message.state, location: message.location, destination: message.destination.rawValue,
                        run: message.run, stateRun: message.stateRun, goneRun: message.goneRun)
                },
                failures: Dictionary(
                    uniqueKeysWithValues: try journal.failures(folder.id).map { ($0.key.rawValue, $0.value) }))
        }
    }

    init() {}
}
