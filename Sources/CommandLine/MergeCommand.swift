import ArgumentParser
import Conversion
import Glibc
import MAPI
import MailStore
import PSTStore
import Transfer

/// `mailbackup merge`: folds delta PSTs into a base.
struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Folds delta PSTs, or any others, into a PST.",
        discussion: """
            Examples:
              mailbackup merge base.pst monday.pst tuesday.pst
              mailbackup merge base.pst delta.pst --remove-merged
              mailbackup merge archive.pst outlook.pst --replace-newer

            What the base lacks is added, and nothing is in it twice. Where a delta shows the mailbox later than the base \
            does, its flags and places of messages count. The deltas are taken in the order in which they were made. Items \
            that nobody copied from a source (a PST of Outlook's) go into the folder of the same path, unless there is the \
            like of it. The base is a valid PST at every moment; a merge that breaks off is simply run again. The journal \
            is brought up to date by the next copy into the base, which copies nothing twice.

            \(ExitStatus.explanation([
                0: "everything is in the base", 1: "done, but some messages have problems (each is listed)",
                65: "bad data: a PST is damaged beyond use", 66: "no such PST",
                75: "temporary failure (a PST is in use by another run), try again",
                130: "interrupted, 143 terminated: the base holds what was merged by then; run it again",
            ], without: [69, 73, 77, 78]))
            """)

    @Argument(help: ArgumentHelp("The PST that is brought up to date.", valueName: "base.pst"))
    var base: String

    @Argument(help: ArgumentHelp("PSTs to fold into it.", valueName: "delta.pst"))
    var deltas: [String]

    @Flag(
        help: """
            Where a PST has a newer version of an item that nobody copied from a source, replace the one in the base, and \
            leave out older versions. Without it, both stay.
            """)
    var replaceNewer = false

    @Flag(help: "Remove each delta PST once the base has everything of it.")
    var removeMerged = false

    @Option(
        help: ArgumentHelp(
            "Go on in BASE-2.pst, … before a PST gets larger than this. Default: 45GiB.", valueName: "size"),
        transform: SelectionOptions.size)
    var maxSize: ByteSize?

    @Flag(help: "Read everything, write nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Batches of messages converted at the same time, 1 to 64.", valueName: "n"))
    var jobs = 3

    @OptionGroup(title: "Output")
    var display: DisplayOptions

    func validate() throws {
        guard !base.isEmpty, !deltas.contains("") else { throw ValidationError("the name of a PST is empty") }
        guard !deltas.isEmpty else { throw ValidationError("nothing to merge: name a delta PST") }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs \(jobs): 1 to 64 are possible") }
    }

    mutating func run() async throws {
        let run = TransferRun(display: display, user: nil, out: base, isDryRun: dryRun)
        try await run.run { [self] reporter in await merge(reporter) }
    }

    private func merge(_ reporter: any Reporter) async -> TransferResult {
        do throws(StoreError) {
            let target = try MergeInput(base)
            let inputs = try inputs(but: target)
            var options = TransferOptions()
            options.jobs = jobs
            if dryRun {
                let store = CountingStore(inPlaceOf: base, try PSTSetInventory.open(at: base))
                return await merge(inputs, target, into: store, options, reporter)
            }
            var setOptions = PSTSetOptions(PSTStoreOptions(displayName: base))
            if let maxSize { setOptions.maximumSize = UInt64(maxSize.bytes) }
            let store = try await PSTSet.open(at: base, options: setOptions)
            await store.setUpdated(inputs.map(\.updated).reduce(target.updated) { max($0, $1) })
            let result = await merge(inputs, target, into: store, options, ReporterWithoutEnd(reporter))
            return finish(result, inputs, reporter)
        } catch {
            return TransferRun.failed(error, reporter)
        }
    }

    /// The deltas, the oldest first.
    private func inputs(but target: MergeInput) throws(StoreError) -> [MergeInput] {
        var inputs: [MergeInput] = []
        var keys = [target.key: base]
        for path in deltas {
            let input = try MergeInput(path)
            if let other = keys.updateValue(path, forKey: input.key) {
                throw StoreError(.noInput, "\(path) and \(other) are the same PST")
            }
            inputs.append(input)
        }
        return inputs.enumerated().sorted { ($0.element.created, $0.offset) < ($1.element.created, $1.offset) }
            .map(\.element)
    }

    private func merge(
        _ inputs: [MergeInput], _ target: MergeInput, into store: some UpdatableMessageStore,
        _ options: TransferOptions, _ reporter: any Reporter
    ) async -> TransferResult {
        do throws(StoreError) {
            var sources: [MergeSource] = []
            var newest = target.updated
            for input in inputs {
                let isNewer = input.updated >= newest
                if !isNewer && input.isOurs {
                    let text = "\(input.path) is older than what is in the base: only what is missing is added"
                    let notice = StoreError(.configuration, text)
                    reporter.report(.problem(TransferProblem(severity: .notice, error: notice)))
                }
                newest = max(newest, input.updated)
                sources.append(
                    MergeSource(
                        store: try PSTSetSource.open(at: input.path),
                        inventory: try PSTSetInventory.open(at: input.path), isNewer: isNewer))
            }
            let reading = try PSTSetSource.open(at: base)
            let items = MergedItems(
                key: ItemContent.key(of:), version: replaceNewer ? ItemContent.version(of:) : nil)
            return await Merger(
                sources, into: store, reading: reading, items: items, options: options, reporter: reporter
            ).run()
        } catch {
            await store.abandon()
            return TransferRun.failed(error, reporter)
        }
    }

    private func finish(
        _ result: TransferResult, _ inputs: [MergeInput], _ reporter: any Reporter
    ) -> TransferResult {
        var result = result
        if removeMerged, result.failure == nil, result.counts.problems == 0, result.counts.failed == 0 {
            do throws(StoreError) {
                for input in inputs { try PSTParts.remove(input.path, key: input.key) }
            } catch {
                result = TransferResult(counts: result.counts, failure: error)
            }
        }
        reporter.report(.runFinished(result))
        return result
    }
}

/// A PST of a merge, as it tells of itself.
private struct MergeInput {
    let path: String
    let key: String
    let created: FileTime
    /// How new the mailbox is that it shows; where it does not tell, when its file was changed last.
    let updated: FileTime
    /// Made by this program: others have nothing that could be older.
    let isOurs: Bool

    init(_ path: String) throws(StoreError) {
        let found = try PSTParts.find(path)
        guard !found.isEmpty else { throw StoreError(.noInput, "\(path): there is no such PST") }
        guard !found.isMember else {
            throw StoreError(.noInput, "\(path) is a part of another PST: name that")
        }
        self.path = path
        key = found.key
        let changed = found.files.compactMap { OutputFile.changed($0.path) }.max() ?? FileTime(unixSeconds: 0)
        isOurs = found.files.contains { $0.created != nil }
        created = found.files.compactMap(\.created).min() ?? changed
        updated = found.files.compactMap(\.updated).max() ?? changed
    }
}
