import Conversion
import Glibc
import Journal
import MailStore
import PSTStore
import Transfer

/// `copy --archive`: what is proven to be in the PST is removed from the source.
struct ArchiveStep {
    let out: String
    let options: PSTSetOptions
    let sourceName: String
    let selection: Selection
    let confirmation: ArchiveConfirmation

    /// The result of the copy with what was removed, where the copy has neither failed nor left anything out.
    func run(
        after result: TransferResult, from source: any SynchronizingStore, _ journal: Journal, _ reporter: any Reporter
    ) async -> TransferResult {
        guard result.failure == nil else { return result }
        var counts = result.counts
        var failure: StoreError?
        do throws(StoreError) {
            guard let source = source as? any ArchivableStore else {
                throw StoreError(.configuration, "\(sourceName): --archive cannot remove messages there")
            }
            let known = try journal.store(key: try PSTParts.find(out).key)?.generation
            let store = try await PSTSet.open(at: out, options: options, knownGeneration: known)
            let archiver = Archiver(
                from: source, keptIn: store, journal: journal, sourceName: sourceName, selection: selection,
                inspector: MessageContentInspector(), reporter: reporter
            ) { [out] () throws(StoreError) in try PSTProof.open(at: out) }
            let plan = try await archiver.survey()
            guard plan.messages > 0, confirmation.isGiven(for: plan, source: source.description, out: out) else {
                await store.abandon()
                return result
            }
            let archived = await archiver.run(plan)
            counts.archived = archived.removed
            counts.problems += archived.kept
            failure = archived.failure
        } catch {
            failure = error
        }
        return TransferResult(counts: counts, failure: failure, run: result.run)
    }
}

/// Whether a person wants messages removed: asked twice on a terminal, unless that was said beforehand.
struct ArchiveConfirmation {
    /// `--yes`.
    let isGivenBeforehand: Bool

    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    func isGiven(for plan: ArchivePlan, source: String, out: String) -> Bool {
        if isGivenBeforehand { return true }
        let errors = Output(descriptor: STDERR_FILENO)
        let messages = Format.count(plan.messages, "message")
        errors.write(
            "Remove \(messages) (\(Format.bytes(plan.bytes))) from \(source.printable), each once it is proven to be in"
                + " \(out.printable)? [yes/no] ")
        guard readLine() == "yes" else {
            errors.write("Nothing is removed.\n")
            return false
        }
        errors.write("They will be in the PST alone. Type \(plan.messages) to go on: ")
        guard readLine() == String(plan.messages) else {
            errors.write("Nothing is removed.\n")
            return false
        }
        return true
    }
}
