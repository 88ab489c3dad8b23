import BinaryIO
import IMAP
import IMAPGrammar
import MailStore
import Synchronization

/// Messages on their way from the server, and those that have arrived and wait to be taken.
final class FetchedContents: Sendable {
    typealias Outcome = Result<MappedFile, StoreError>

    struct Key: Hashable {
        let folder: FolderID
        let message: MessageID
    }

    private struct Entry {
        var outcome: Outcome?
        var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var lastWaiter = 0
        /// What is asked for ahead is of this folder.
        var folder: FolderID?
    }

    private let state = Mutex(State())

    /// Notes which of these messages are to come; returns those that were not noted before.
    /// - Parameter isAhead: nobody waits for them yet, and they are not noted where there are too many already.
    func expect(_ rows: [ContentsRow], in folder: FolderID, isAhead: Bool) -> [ContentsRow] {
        state.withLock { state in
            guard !isAhead || state.entries.count + rows.count <= StoreLimits.prefetched else { return [] }
            return rows.filter { row in
                let key = Key(folder: folder, message: row.id)
                guard MessageKey(row.id) != nil, state.entries[key] == nil else { return false }
                state.entries[key] = Entry()
                return true
            }
        }
    }

    /// Forgets what arrived of other folders and was not taken: nobody will.
    func forget(except folder: FolderID) {
        state.withLock { state in
            guard state.folder != folder else { return }
            state.folder = folder
            state.entries = state.entries.filter {
                $0.key.folder == folder || $0.value.outcome == nil || !$0.value.waiters.isEmpty
            }
        }
    }

    /// A message arrived, or never will. What nobody expects is dropped.
    func settle(_ key: Key, _ outcome: Outcome) {
        let waiters = state.withLock { state -> [CheckedContinuation<Outcome, Never>] in
            guard let entry = state.entries[key], entry.outcome == nil else { return [] }
            if entry.waiters.isEmpty {
                state.entries[key]?.outcome = outcome
                return []
            }
            state.entries[key] = nil
            return Array(entry.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    func isSettled(_ key: Key) -> Bool {
        state.withLock { state in state.entries[key].map { $0.outcome != nil } ?? true }
    }

    /// Waits for a message and takes it out; nil at once where it is not expected.
    func take(_ key: Key) async -> Outcome? {
        let waiter = state.withLock { state -> Int? in
            guard state.entries[key] != nil else { return nil }
            state.lastWaiter += 1
            return state.lastWaiter
        }
        guard let waiter else { return nil }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> Outcome? in
                    guard let entry = state.entries[key] else {
                        // Somebody else has just taken it: it is fetched again.
                        return .failure(Self.takenElsewhere)
                    }
                    if Task.isCancelled { return .failure(StoreError(.cancelled, "stopped")) }
                    if let outcome = entry.outcome {
                        state.entries[key] = nil
                        return outcome
                    }
                    state.entries[key]?.waiters[waiter] = continuation
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.entries[key]?.waiters.removeValue(forKey: waiter) }
            continuation?.resume(returning: .failure(StoreError(.cancelled, "stopped")))
        }
    }

    static let takenElsewhere = StoreError(.temporary, "taken by another task")
}
