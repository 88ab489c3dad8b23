import MailStore

/// Opens and prepares the messages of one folder with several tasks, and hands them on in source order.
///
/// Batches of consecutive messages are prepared ahead in a window bounded in number and bytes, so memory does not
/// grow with the folder; the outcome does not depend on how many tasks there are.
struct MessagePipeline<Destination: WritableMessageStore> {
    let source: any MessageStore
    let destination: Destination
    let folder: FolderInfo
    let jobs: Int
    let limits: TransferLimits
    /// Whether a message is wanted, as its content tells; called from several tasks.
    let selects: @Sendable (StoredMessage) -> Bool

    /// What became of one message before it is saved.
    enum Outcome: Sendable {
        case prepared(Destination.Prepared, problems: [String])
        case failed(StoreError)
        case notSelected
    }

    private struct Batch {
        let range: Range<Int>
        let bytes: Int
    }

    private struct PreparedBatch: Sendable {
        let number: Int
        let outcomes: [Outcome]
    }

    /// Calls `body` with each row and what became of it, in order, and `afterBatch` now and then.
    /// - Throws: what they throw; ``StoreError/interrupted`` where the task was cancelled.
    func forEach(
        _ rows: [ContentsRow], _ body: (ContentsRow, Outcome) async throws(StoreError) -> Void,
        afterBatch: () async throws(StoreError) -> Void
    ) async throws(StoreError) {
        guard !rows.isEmpty else { return }
        var failure: StoreError?
        let isComplete = await run(rows) { rows, outcomes in
            do throws(StoreError) {
                for (row, outcome) in zip(rows, outcomes) {
                    if Task.isCancelled { throw StoreError.interrupted }
                    try await body(row, outcome)
                }
                try await afterBatch()
            } catch {
                failure = error
                return false
            }
            return true
        }
        if let failure { throw failure }
        if !isComplete { throw StoreError.interrupted }
    }

    /// Calls `consume` with the rows of each batch and what became of them. Stops early where it returns false
    /// or the task is cancelled.
    /// - Returns: whether all rows were consumed.
    private func run(
        _ rows: [ContentsRow], consume: (ArraySlice<ContentsRow>, [Outcome]) async -> Bool
    ) async -> Bool {
        await withTaskGroup(of: PreparedBatch.self) { group in
            var window = Window(rows: rows, jobs: jobs, limits: limits)
            while true {
                if let batch = window.nextToAnnounce() {
                    source.prefetch(rows[batch.range], in: folder)
                } else if let (number, batch) = window.nextToStart() {
                    group.addTask { await prepare(rows[batch.range], number: number) }
                } else if let (batch, outcomes) = window.nextToConsume() {
                    // Outcomes are missing only where the task was cancelled.
                    guard outcomes.count == batch.range.count, !Task.isCancelled,
                        await consume(rows[batch.range], outcomes)
                    else {
                        group.cancelAll()
                        return false
                    }
                } else if let prepared = await group.next() {
                    window.add(prepared)
                } else {
                    return true
                }
            }
        }
    }

    private func prepare(_ rows: ArraySlice<ContentsRow>, number: Int) async -> PreparedBatch {
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(rows.count)
        for row in rows {
            if Task.isCancelled { break }
            outcomes.append(await prepare(row))
        }
        return PreparedBatch(number: number, outcomes: outcomes)
    }

    private func prepare(_ row: ContentsRow) async -> Outcome {
        do throws(StoreError) {
            let message = try await source.open(row, in: folder)
            guard selects(message) else { return .notSelected }
            let prepared = try destination.prepare(message)
            return .prepared(prepared, problems: message.problems + prepared.problems)
        } catch {
            return .failed(error)
        }
    }

    /// The batches on their way.
    private struct Window {
        private let rows: [ContentsRow]
        private let jobs: Int
        private let limits: TransferLimits
        /// Messages of a batch: of few messages every task gets some.
        private let batchMessages: Int
        /// First row not yet in a batch.
        private var position = 0
        /// Announced and not yet consumed, in order.
        private var batches: [Batch] = []
        /// How many of `batches`, from the first, are started.
        private var started = 0
        /// Number of the first of `batches`.
        private var firstNumber = 0
        private var arrived: [Int: [Outcome]] = [:]
        private var bytes = 0

        init(rows: [ContentsRow], jobs: Int, limits: TransferLimits) {
            self.rows = rows
            self.jobs = max(jobs, 1)
            self.limits = limits
            batchMessages = max(min(limits.batchMessages, (rows.count + self.jobs - 1) / self.jobs), 1)
        }

        /// The next batch that will be needed, if the bytes allow: a source at a distance sends it while others are prepared.
        mutating func nextToAnnounce() -> Batch? {
            guard position < rows.count, batches.count - started < max(limits.batchesAhead, 1) else { return nil }
            let batch = nextBatch()
            guard batches.isEmpty || batch.bytes <= limits.bytesInFlight - bytes else { return nil }
            position = batch.range.upperBound
            bytes += batch.bytes
            batches.append(batch)
            return batch
        }

        /// The next batch, if one is announced and a task is free; it counts as started.
        mutating func nextToStart() -> (number: Int, batch: Batch)? {
            // Twice the jobs: what has arrived and waits for its turn must not keep tasks idle.
            guard started < batches.count, started - arrived.count < jobs, started < 2 * jobs else { return nil }
            started += 1
            return (firstNumber + started - 1, batches[started - 1])
        }

        private func nextBatch() -> Batch {
            var end = position
            var size = 0
            while end < rows.count && end - position < batchMessages {
                let next = max(rows[end].size, 0)
                if end > position && next > limits.batchBytes - size { break }
                size += next
                end += 1
                if size >= limits.batchBytes { break }
            }
            return Batch(range: position..<end, bytes: size)
        }

        mutating func add(_ prepared: PreparedBatch) {
            arrived[prepared.number] = prepared.outcomes
        }

        mutating func nextToConsume() -> (batch: Batch, outcomes: [Outcome])? {
            guard let outcomes = arrived.removeValue(forKey: firstNumber), let batch = batches.first else { return nil }
            batches.removeFirst()
            started -= 1
            firstNumber += 1
            bytes -= batch.bytes
            return (batch, outcomes)
        }
    }
}
