import MAPI
import MailStore
import Synchronization
import Transfer

/// Events as JSON, one object a line on stdout. Field names are stable within ``schema``.
final class JSONReporter: Reporter {
    static let schema = 1
    /// Progress is told no more often.
    private static let progressInterval: Duration = .seconds(5)

    private let output: Output
    private let run: RunDescription
    private let lastProgress = Mutex<ContinuousClock.Instant?>(nil)

    init(output: Output, run: RunDescription) {
        self.output = output
        self.run = run
    }

    func report(_ event: TransferEvent) {
        if case .runFinished(let result) = event, !run.isQuiet || run.status(result) != .success {
            for part in result.parts {
                var object = begin("part")
                object.set("file", part.path)
                object.set("bytes", part.bytes)
                object.set("saved", part.saved)
                output.write(object.line)
            }
        }
        guard var object = object(for: event) else { return }
        if case .progress = event { guard isProgressDue() else { return } }
        if case .runFinished(let result) = event {
            object.set("status", Int(run.status(result).rawValue))
            object.set("seconds", Int(run.elapsed.components.seconds))
            if let number = result.run { object.set("state", number) }
            if let failure = result.failure {
                object.set("error", Self.name(failure.code))
                object.set("message", failure.message)
            }
        }
        output.write(object.line)
    }

    private func isProgressDue() -> Bool {
        lastProgress.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < Self.progressInterval { return false }
            last = now
            return true
        }
    }

    private func object(for event: TransferEvent) -> JSONObject? {
        switch event {
        case .runStarted(let start):
            guard !run.isQuiet else { return nil }
            var object = begin("run-started")
            if let user = run.user, !run.isOneOfMany { object.set("user", user) }
            object.set("source", start.source)
            object.set("out", run.out)
            object.set("dry_run", run.isDryRun)
            object.set("folders", start.folders)
            object.set("skipped_folders", start.skipped.map(\.description))
            return object
        case .folder(let folder, let counts):
            guard !run.isQuiet else { return nil }
            var object = begin("folder")
            object.set("folder", folder.path.description)
            object.set("path", folder.path.names)
            if let role = folder.role { object.set("role", role.rawValue) }
            Self.set(counts, in: &object, withFolders: false)
            return object
        case .problem(let problem):
            guard !run.isQuiet || problem.severity == .problem else { return nil }
            var object = begin("problem")
            object.set("severity", problem.severity.rawValue)
            object.set("code", Self.name(problem.error.code))
            object.set("message", problem.error.message)
            if let folder = problem.error.folder { object.set("folder", folder.description) }
            if let id = problem.error.messageID { object.set("message_id", id.rawValue) }
            return object
        case .progress(let progress):
            guard !run.isQuiet else { return nil }
            var object = begin("progress")
            object.set("folder", progress.folder.description)
            Self.set(progress.counts, in: &object)
            return object
        case .checkpoint(let counts):
            guard !run.isQuiet else { return nil }
            var object = begin("checkpoint")
            Self.set(counts, in: &object)
            return object
        case .runFinished(let result):
            guard !run.isQuiet || run.status(result) != .success else { return nil }
            var object = begin("run-finished")
            Self.set(result.counts, in: &object)
            return object
        }
    }

    /// An event, begun.
    static func object(_ event: String) -> JSONObject {
        var object = JSONObject()
        object.set("schema", schema)
        object.set("event", event)
        object.set("time", Format.timestamp(.now))
        return object
    }

    private func begin(_ event: String) -> JSONObject {
        var object = Self.object(event)
        if let user = run.user, run.isOneOfMany { object.set("user", user) }
        return object
    }

    static func set(_ counts: TransferCounts, in object: inout JSONObject, withFolders: Bool = true) {
        if withFolders { object.set("folders", counts.folders) }
        object.set("listed", counts.listed)
        object.set("saved", counts.saved)
        object.set("already_there", counts.alreadyThere)
        object.set("not_selected", counts.notSelected)
        object.set("composed", counts.composed)
        object.set("vanished", counts.vanished)
        object.set("failed", counts.failed)
        object.set("problems", counts.problems)
        object.set("bytes", counts.bytes)
        object.set("state_changed", counts.stateChanged)
        object.set("moved", counts.moved)
        object.set("gone", counts.gone)
        object.set("deleted", counts.deleted)
        object.set("replaced", counts.replaced)
        object.set("archived", counts.archived)
    }

    static func name(_ code: StoreError.Code) -> String {
        switch code {
        case .badData: "bad-data"
        case .noInput: "no-input"
        case .unavailable: "unavailable"
        case .cannotCreate: "cannot-create"
        case .inputOutput: "input-output"
        case .temporary: "temporary"
        case .accessDenied, .loginRefused: "access-denied"
        case .configuration: "configuration"
        case .vanished: "vanished"
        case .cancelled: "cancelled"
        }
    }
}
