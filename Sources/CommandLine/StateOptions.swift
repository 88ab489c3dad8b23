import ArgumentParser
import MailStore
import Transfer

/// Options of `copy` for incremental runs.
struct StateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The journal: an SQLite file that tells what was copied. Default: USER.sqlite in the state directory.",
            valueName: "file"))
    var journal: String?

    @Option(
        help: ArgumentHelp(
            "Copy only what is new or changed since the last run, since the run of that number, or since a saved state.",
            discussion: """
                A PST that exists is updated in place. If it does not exist, it becomes a delta PST with what is new or \
                changed since then; with no state yet, a full copy.
                """, valueName: "last|run|file"),
        transform: { Start($0) })
    var sinceState: Start?

    @Option(help: ArgumentHelp("Write the new state to a file, for --since-state elsewhere.", valueName: "file"))
    var saveState: String?

    @Option(
        help: ArgumentHelp(
            "What happens in the PST to messages and folders that are gone at the source: keep or mirror (delete).",
            valueName: "keep|mirror"))
    var deleted = Deletions.keep

    /// Where an incremental run starts from.
    enum Start: Hashable {
        case last
        case run(Int)
        case file(String)

        init(_ text: String) {
            if text == "last" {
                self = .last
            } else if let number = Int(text), number > 0 {
                self = .run(number)
            } else {
                self = .file(text)
            }
        }
    }

    enum Deletions: String, ExpressibleByArgument, CaseIterable {
        case keep, mirror

        var plan: SynchronizationPlan.Deletions { self == .mirror ? .mirror : .keep }
    }

    func validate() throws {
        guard journal?.isEmpty != true else { throw ValidationError("--journal is empty") }
        guard saveState?.isEmpty != true else { throw ValidationError("--save-state is empty") }
        guard sinceState != .file("") else { throw ValidationError("--since-state is empty") }
    }

    func journalPath(user: String) throws(StoreError) -> String {
        if let journal { return journal }
        return try StateDirectory.journal(of: user)
    }
}
