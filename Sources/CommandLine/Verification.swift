import BinaryIO
import Conversion
import MailStore
import PST
import PSTStore
import PSTVerification
import Readback
import Transfer

/// Both looks at a PST that `verify` takes — structure, and content through libpst — and, where there is one, the
/// comparison with its source.
struct Verification {
    let path: String
    /// Whether this program has just made the file: then everything is demanded that it promises.
    var isFresh = false

    /// What was seen, in the order in which it was looked at.
    struct Outcome {
        let structure: VerificationSummary
        /// nil where the structure is too damaged for libpst to be trusted with it.
        var readback: Readback.Summary?
        /// nil where there is no source to compare with.
        var source: Readback.Summary?
        /// Messages of the source that could not be read.
        var unreadable = 0

        var isGood: Bool {
            structure.errors == 0 && structure.isComplete && (readback?.differences ?? 1) == 0
                && (source?.differences ?? 0) == 0
        }
    }

    enum Remark {
        case finding(Finding)
        case difference(ReadbackDifference, look: Look)
        case unreadable(StoreError)
    }

    enum Look: String {
        case libpst, source
    }

    /// - Parameter source: the mailbox it was copied from, with the selection and options of that copy.
    /// - Throws: ``StoreError`` where the file, or the source as a whole, cannot be read.
    func run(
        source: VerificationSource? = nil, report: @escaping (Remark) -> Void
    ) async throws(StoreError) -> Outcome {
        let storage = try openStorage()
        let structure: VerificationSummary
        do throws(StorageError) {
            structure = try PSTVerifier.run(on: storage, profile: isFresh ? .fresh : .any) { report(.finding($0)) }
        } catch {
            throw StoreError(.inputOutput, "\(path): \(error.operation.rawValue) failed, errno \(error.errno)")
        }
        var outcome = Outcome(structure: structure)
        guard outcome.structure.errors == 0, outcome.structure.isComplete else { return outcome }
        let reader: PSTReader
        do throws(PSTError) {
            reader = try PSTReader.open(storage)
        } catch {
            throw StoreError(.badData, "\(path): \(error)")
        }
        outcome.readback = Readback(path: path).run(reader: reader) { report(.difference($0, look: .libpst)) }
        if let source {
            var comparison = SourceComparison(reader: reader) { report(.difference($0, look: .source)) }
            try await source.forEachItem {
                comparison.expect($0)
            } unreadable: { error in
                outcome.unreadable += 1
                report(.unreadable(error))
            }
            comparison.finish()
            outcome.source = comparison.summary
        }
        return outcome
    }

    private func openStorage() throws(StoreError) -> FileStorage {
        do throws(StorageError) {
            return try FileStorage(path: path, mode: .read)
        } catch {
            throw StoreError(opening: path, error)
        }
    }
}

/// A mailbox as its copy in a PST has to look.
struct VerificationSource {
    let store: any MessageStore
    let selection: Selection
    let ownerAddresses: [String]

    /// Every selected message, converted as the copy converts it.
    func forEachItem(
        _ body: (ReadbackItem) -> Void, unreadable: (StoreError) -> Void
    ) async throws(StoreError) {
        var options = ImportOptions()
        options.ownerAddresses = ownerAddresses
        let importer = InternetMessageImporter(options: options)
        let inspector = MessageContentInspector()
        let hierarchy = try await store.hierarchy()
        for folder in hierarchy.folders where selection.folders.selects(folder, among: hierarchy.folders) {
            guard folder.holdsMessages else { continue }
            let path = PSTStore.path(of: folder.path, among: hierarchy.folders)
            for row in try await store.contents(of: folder).rows where selection.messages.mayMatch(row) {
                do {
                    let message = try await store.open(row, in: folder)
                    guard selection.messages.matches(message.row, inspector.summary(of: message)),
                        case .internet(let file) = message.content
                    else { continue }
                    let imported = importer.importMessage(file, row: message.row, role: folder.role)
                    body(try ReadbackItem(imported.message, isStored: false, folder: path.names))
                } catch let error as StoreError {
                    unreadable(error)
                } catch {
                    unreadable(StoreError(.badData, "\(error)", folder: folder.path, messageID: row.id))
                }
            }
        }
    }
}
