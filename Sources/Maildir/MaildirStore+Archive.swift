import BinaryIO
import Glibc
public import MailStore

extension MaildirStore: ArchivableStore {
    /// Each file is read once more: its bytes must be those that are kept.
    public func remove(
        _ messages: [ProvenMessage], from folder: FolderInfo
    ) async throws(StoreError) -> [RemovalOutcome] {
        let directory = path(of: folder)
        guard SourceFile.status(of: directory + [0])?.isDirectory == true else {
            throw StoreError(.vanished, "the folder is gone", folder: folder.path)
        }
        var outcomes: [RemovalOutcome] = []
        for message in messages { outcomes.append(await remove(message, from: folder, directory)) }
        return outcomes
    }

    private func remove(
        _ message: ProvenMessage, from folder: FolderInfo, _ directory: [UInt8]
    ) async -> RemovalOutcome {
        let found: StoredMessage
        do throws(StoreError) {
            found = try await open(message.row, in: folder)
        } catch {
            return error.code == .vanished ? .vanished : .kept(error)
        }
        func kept(_ code: StoreError.Code, _ text: String) -> RemovalOutcome {
            .kept(StoreError(code, text, folder: folder.path, messageID: message.row.id))
        }
        guard case .internet(let file) = found.content,
            file.withUnsafeBytes({ Digest.sha256($0) }) == message.digest
        else { return kept(.badData, "not removed: its file is not what was copied") }
        let location = MessageLocation(text: found.row.location)
        let path = Self.file(location.path(of: found.row.id.rawValue), in: directory)
        let failure = path.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { name in
                name.baseAddress.map { unlink($0) == 0 ? 0 : errno } ?? ENOENT
            }
        }
        return switch failure {
        case 0: .removed
        case ENOENT: kept(.temporary, "not removed: it was renamed just now")
        default: kept(.source(errno: failure), "not removed: \(systemMessage(failure))")
        }
    }
}
