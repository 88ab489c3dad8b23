import BinaryIO
import Conversion
import MailStore
import PST
import PSTStore
import PSTVerification
import Readback
import Transfer

/// Both looks at a PST that `verify` takes — structure, and content through libpst — and, where there is one, the
/// comparison with its source. Where the PST has parts, each of them is looked at.
struct Verification {
    let path: String
    /// Whether this program has just made the file: then everything is demanded that it promises.
    var isFresh = false

    /// What was seen of one file.
    struct Part {
        let path: String
        let structure: VerificationSummary
        /// nil where the structure is too damaged for libpst to be trusted with it.
        var readback: Readback.Summary?

        var isGood: Bool { structure.errors == 0 && structure.isComplete && (readback?.differences ?? 1) == 0 }
    }

    /// What was seen, in the order in which it was looked at.
    struct Outcome {
        /// One, if the PST has no parts.
        var parts: [Part] = []
        /// nil where there is no source to compare with.
        var source: Readback.Summary?
        /// Messages of the source that could not be read.
        var unreadable = 0

        var isGood: Bool { parts.allSatisfy(\.isGood) && (source?.differences ?? 0) == 0 }

        /// Messages in folders, of all parts.
        var messages: Int { parts.reduce(0) { $0 + $1.structure.messages } }
    }

    enum Remark {
        /// What follows is about this part.
        case part(String)
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
        let found = try PSTParts.find(path)
        let files = found.isEmpty ? [path] : found.files.map(\.path)
        var outcome = Outcome()
        var readers: [PSTReader] = []
        for file in files {
            if files.count > 1 { report(.part(file)) }
            let (part, reader) = try look(at: file, report)
            outcome.parts.append(part)
            if let reader { readers.append(reader) }
        }
        guard let source, readers.count == files.count else { return outcome }
        var comparison = SourceComparison(readers: readers) { report(.difference($0, look: .source)) }
        var unreadable = 0
        try await source.forEachItem {
            comparison.expect($0)
        } unreadable: { error in
            unreadable += 1
            report(.unreadable(error))
        }
        comparison.finish()
        outcome.source = comparison.summary
        outcome.unreadable = unreadable
        return outcome
    }

    /// - Returns: what was seen, and a reader where the file can be read.
    private func look(
        at path: String, _ report: @escaping (Remark) -> Void
    ) throws(StoreError) -> (Part, PSTReader?) {
        let storage: FileStorage
        do throws(StorageError) {
            storage = try FileStorage(path: path, mode: .read)
        } catch {
            throw StoreError(opening: path, error)
        }
        let structure: VerificationSummary
        do throws(StorageError) {
            structure = try PSTVerifier.run(on: storage, profile: isFresh ? .fresh : .any) { report(.finding($0)) }
        } catch {
            throw StoreError(.inputOutput, "\(path): \(error.operation.rawValue) failed, errno \(error.errno)")
        }
        var part = Part(path: path, structure: structure)
        guard structure.errors == 0, structure.isComplete else { return (part, nil) }
        let reader: PSTReader
        do throws(PSTError) {
            reader = try PSTReader.open(storage)
        } catch {
            throw StoreError(.badData, "\(path): \(error)")
        }
        part.readback = Readback(path: path).run(reader: reader) { report(.difference($0, look: .libpst)) }
        return (part, reader)
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
