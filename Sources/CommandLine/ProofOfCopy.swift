import MailStore
import PSTVerification
import Readback
import Transfer

/// What `copy --verify` does before a run counts as done: the PST is looked at as `verify` does.
struct ProofOfCopy {
    let path: String
    /// nil where the PST may hold more than was copied.
    let expectedMessages: Int?

    /// The result of the run, with what speaks against it told and counted; it fails where the PST differs.
    func of(_ result: TransferResult, _ reporter: any Reporter) async -> TransferResult {
        guard result.failure == nil else { return result }
        var counts = result.counts
        let differences = Differences()
        do throws(StoreError) {
            var verification = Verification(path: path)
            verification.isFresh = true
            let outcome = try await verification.run { differences.add($0) }
            for problem in differences.problems {
                counts.problems += 1
                reporter.report(.problem(TransferProblem(severity: .problem, error: problem)))
            }
            guard outcome.isGood else {
                throw StoreError(
                    .badData, "\(path): differs from what was written (\(VerificationPrinter.summary(outcome)))")
            }
            if let expectedMessages, outcome.messages != expectedMessages {
                throw StoreError(
                    .badData, "\(path): holds \(outcome.messages) messages, \(expectedMessages) were copied into it")
            }
        } catch {
            return TransferResult(counts: counts, failure: error, run: result.run)
        }
        return TransferResult(counts: counts, failure: nil, run: result.run)
    }

    /// Remarks on their way to the reporter.
    private final class Differences {
        var problems: [StoreError] = []

        func add(_ remark: Verification.Remark) {
            switch remark {
            case .part: break
            case .finding(let finding):
                if finding.severity == .error { problems.append(StoreError(.badData, "\(finding)")) }
            case .difference(let difference, _): problems.append(StoreError(.badData, "\(difference)"))
            case .unreadable(let error): problems.append(error)
            }
        }
    }
}

/// Passes on everything but the end of the run, which is not known yet.
struct ReporterWithoutEnd: Reporter {
    private let reporter: any Reporter

    init(_ reporter: any Reporter) {
        self.reporter = reporter
    }

    func report(_ event: TransferEvent) {
        if case .runFinished = event { return }
        reporter.report(event)
    }
}
