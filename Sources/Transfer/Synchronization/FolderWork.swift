import Journal
import MailStore

/// Applies the changes of one folder.
final class FolderWork<Destination: UpdatableMessageStore> {
    private let run: SynchronizationRun<Destination>
    private let folder: FolderInfo
    private let folders: DestinationFolders<Destination>
    private var target: (row: Int64, destination: FolderID)?
    private var account: RunAccount { run.account }
    /// A message could not be read or stored: the folder is looked at again by the next run, whatever its state.
    private var hasFailures = false

    init(run: SynchronizationRun<Destination>, folder: FolderInfo, folders: DestinationFolders<Destination>) {
        self.run = run
        self.folder = folder
        self.folders = folders
    }

    var hasTarget: Bool { target != nil }

    /// - Returns: whether everything that changed is in the destination now, except what is gone.
    func apply(_ changes: ContentsChanges) async throws(StoreError) -> Bool {
        let selection = run.selection.messages
        for problem in changes.problems { account.tell(problem) }
        let wanted = changes.new.filter(selection.mayMatch)
        var inFolder = TransferCounts()
        inFolder.listed = changes.count
        inFolder.notSelected = changes.new.count - wanted.count
        inFolder.alreadyThere = changes.count - changes.new.count
        account.counts.add(inFolder)
        // Where messages are chosen one by one, or only changes are wanted, only folders with messages are made.
        if !selection.isRestricting && run.plan.sinceRun == nil || folders.rows[folder.id]?.destination != nil {
            do throws(StoreError) {
                _ = try await makeTarget()
            } catch {
                guard error.code == .badData else { throw error }
                // The folder cannot be made; the run goes on without it.
                account.tell(error)
                account.counts.failed += wanted.count
                return false
            }
        }
        if changes.problems.isEmpty { try forgetFailures(but: changes.new) }
        try await renumber(changes.renumbered)
        let changedElsewhere = try await applyChanged(changes.changed)
        account.counts.alreadyThere -= changedElsewhere.count
        let toCopy = changedElsewhere + (try await applyMoved(wanted))
        try await copy(toCopy)
        if target != nil { account.counts.folders += 1 }
        return !hasFailures && !selection.isRestricting
    }

    /// A message that could not be copied by an earlier run, and is not there any more, is no failure.
    private func forgetFailures(but new: [ContentsRow]) throws(StoreError) {
        guard let row = folders.rows[folder.id]?.id else { return }
        let failures = try run.journal.failures(row)
        guard !failures.isEmpty else { return }
        let there = Set(new.map(\.id))
        for id in failures.keys where !there.contains(id) { try run.journal.removeFailure(of: id, in: row) }
    }

    /// Records the state of the folder, so that it is not looked at again before it changes.
    func store(_ state: SynchronizationState) throws(StoreError) {
        guard !state.rawValue.isEmpty else { return }
        let row = if let target { target.row } else { try folders.rowWithoutFolder(for: folder) }
        try run.journal.setState(of: row, state, run: run.record.run)
    }

    private func makeTarget() async throws(StoreError) -> (row: Int64, destination: FolderID) {
        if let target { return target }
        let made = try await folders.row(for: folder)
        target = made
        return made
    }
}

/// What is there already.
extension FolderWork {
    private func renumber(_ messages: [(was: MessageID, row: ContentsRow)]) async throws(StoreError) {
        guard !messages.isEmpty, let known = folders.rows[folder.id] else { return }
        var places: [(rowID: MessageRowID, row: ContentsRow)] = []
        for (was, row) in messages {
            guard let message = try run.journal.message(known.id, was) else { continue }
            try await bring(message, to: row, in: known.destination)
            places.append((message.rowID, row))
        }
        try run.journal.renumber(places, run: run.record.run)
        for (rowID, row) in places {
            try run.journal.setState(of: rowID, row.state, location: row.location, run: run.record.run)
        }
    }

    /// - Returns: changed messages that are in another store only, and have to be copied whole.
    private func applyChanged(_ rows: [ContentsRow]) async throws(StoreError) -> [ContentsRow] {
        var elsewhere: [ContentsRow] = []
        for row in rows {
            guard let known = folders.rows[folder.id], let message = try run.journal.message(known.id, row.id) else {
                elsewhere.append(row)
                continue
            }
            if message.state == row.state {
                try run.journal.setLocation(of: message.rowID, row.location)
            } else {
                try await bring(message, to: row, in: known.destination)
                try run.journal.setState(
                    of: message.rowID, row.state, location: row.location, run: run.record.run)
            }
            try await run.checkpointIfDue()
        }
        return elsewhere
    }

    /// Gives a message the state and the id that it has at the source.
    private func bring(
        _ message: JournalMessage, to row: ContentsRow, in place: FolderID?
    ) async throws(StoreError) {
        guard let place else { return }
        try await bring(message, to: row, message.destination, in: place)
    }

    /// - Parameter id: of the message in the destination.
    private func bring(
        _ message: JournalMessage, to row: ContentsRow, _ id: MessageID, in place: FolderID
    ) async throws(StoreError) {
        if message.state != row.state {
            try await run.destination.setState(row.state, of: id, in: place)
            account.counts.stateChanged += 1
        }
        if message.id != row.id { try await run.destination.setOrigin(row.id, of: id, in: place) }
    }

    /// - Returns: the messages that have not just moved here.
    private func applyMoved(_ rows: [ContentsRow]) async throws(StoreError) -> [ContentsRow] {
        guard run.source.hasReliablePersistentIDs, !run.candidates.isEmpty || run.hasKept else { return rows }
        var new: [ContentsRow] = []
        for row in rows {
            guard let candidate = try candidate(for: row) else {
                new.append(row)
                continue
            }
            try await take(candidate, row)
            try await run.checkpointIfDue()
        }
        return new
    }

    private func candidate(for row: ContentsRow) throws(StoreError) -> MoveCandidates.Candidate? {
        // One that was gone and kept is back.
        if run.hasKept, let known = folders.rows[folder.id], let kept = try run.journal.message(known.id, row.id),
            kept.goneRun != nil, kept.size == row.size
        {
            return MoveCandidates.Candidate(message: kept, destination: known.destination)
        }
        guard let id = row.persistentID else { return nil }
        if let candidate = run.candidates.take(persistentID: id, size: row.size) { return candidate }
        guard run.hasKept,
            let kept = try run.journal.goneMessages(persistentID: id, store: run.record.store).first(where: {
                $0.size == row.size
            }), let place = try run.journal.folder(kept.folder)
        else { return nil }
        return MoveCandidates.Candidate(message: kept, destination: place.destination)
    }

    private func candidate(digest: [UInt8]) throws(StoreError) -> MoveCandidates.Candidate? {
        if let candidate = run.candidates.take(digest: digest) { return candidate }
        guard run.hasKept,
            let kept = try run.journal.goneMessages(digest: digest, store: run.record.store).first,
            let place = try run.journal.folder(kept.folder)
        else { return nil }
        return MoveCandidates.Candidate(message: kept, destination: place.destination)
    }

    /// Moves a message here, where it is not here already, and makes it as the source has it.
    private func take(_ candidate: MoveCandidates.Candidate, _ row: ContentsRow) async throws(StoreError) {
        let target = try await makeTarget()
        let message = candidate.message
        var id = message.destination
        if let origin = candidate.destination, origin != target.destination {
            id = try await run.destination.move(id, from: origin, to: target.destination)
            account.counts.moved += 1
        }
        try await bring(message, to: row, id, in: target.destination)
        try await freeID(of: row, in: target, for: message.rowID)
        let moved = NewJournalMessage(
            id: row.id, persistentID: row.persistentID, digest: message.digest, size: message.size, state: row.state,
            location: row.location, destination: id)
        _ = try run.journal.move(message.rowID, to: target.row, as: moved, run: run.record.run)
        account.counts.alreadyThere += 1
    }

    /// A message that is gone and kept gives its id up where another one comes under it.
    private func freeID(
        of row: ContentsRow, in target: (row: Int64, destination: FolderID), for taker: MessageRowID? = nil
    ) async throws(StoreError) {
        guard run.hasKept, let kept = try run.journal.message(target.row, row.id), kept.goneRun != nil,
            kept.rowID != taker
        else { return }
        let id = MessageID.kept(run: run.record.run, kept.rowID)
        let renamed = ContentsRow(
            id: id, state: kept.state, deliveryTime: nil, size: kept.size, location: kept.location,
            persistentID: kept.persistentID)
        try await run.destination.setOrigin(id, of: kept.destination, in: target.destination)
        try run.journal.renumber([(kept.rowID, renamed)], run: run.record.run)
    }
}

/// What is new.
extension FolderWork {
    private func copy(_ rows: [ContentsRow]) async throws(StoreError) {
        let selects = run.selection.messages.chooser(run.options.inspector, run.found)
        let pipeline = MessagePipeline(
            source: run.source, destination: run.destination, folder: folder, jobs: run.options.jobs,
            limits: run.options.limits, selects: selects)
        try await pipeline.forEach(rows) { (row, outcome) async throws(StoreError) in
            try await save(row, outcome)
        } afterBatch: { () async throws(StoreError) in
            account.reportProgress(in: folder)
        }
    }

    private func save(
        _ row: ContentsRow, _ outcome: MessagePipeline<Destination>.Outcome
    ) async throws(StoreError) {
        switch outcome {
        case .notSelected:
            account.counts.notSelected += 1
        case .failed(let error):
            if error.endsRun { throw error.located(row, folder) }
            try fail(row, error.located(row, folder))
        case .prepared(let message, var problems):
            let (notices, isComposed, digest) = (message.notices, message.isComposed, message.digest)
            if let digest, let candidate = try candidate(digest: digest) { return try await take(candidate, row) }
            let saved: SavedMessage
            let target: (row: Int64, destination: FolderID)
            do {
                target = try await makeTarget()
                saved = try await run.destination.save(message, in: target.destination)
            } catch {
                guard error.code == .badData else { throw error.located(row, folder) }
                return try fail(row, error.located(row, folder))
            }
            problems += saved.problems
            try await freeID(of: row, in: target)
            try run.journal.insert(
                NewJournalMessage(row, digest: digest, destination: saved.id), folder: target.row, run: run.record.run)
            account.count(row, wasThere: saved.wasThere, isComposed: isComposed)
            account.tell(problems: problems, notices: notices, of: row, in: folder)
            for problem in problems {
                try run.journal.record(
                    JournalProblem(path: folder.path, messageID: row.id, text: problem), run: run.record.run)
            }
            try await run.checkpointIfDue(afterBytes: row.size)
        }
    }

    private func fail(_ row: ContentsRow, _ error: StoreError) throws(StoreError) {
        account.tell(error, aboutMessage: true)
        guard error.code != .vanished else { return }
        hasFailures = true
        try run.journal.recordFailure(
            of: row.id, in: try folders.rowWithoutFolder(for: folder), text: error.message, run: run.record.run)
    }
}
