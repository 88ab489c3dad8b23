import BinaryIO
import MAPI
import MailStore
import Maildir

/// What a message of a Maildir is, apart from its file's name.
struct MaildirMessage: Hashable {
    let folder: [String]
    let digest: [UInt8]
    let state: MessageState
    /// Seconds since 1970.
    let delivered: Int64?

    /// Every message of a Maildir, each as often as it is there, and the paths of all folders.
    /// - Parameters:
    ///   - bytes: what its bytes are expected to be elsewhere.
    ///   - state: the same for its state.
    static func all(
        of path: String, bytes: (UnsafeRawBufferPointer) -> [UInt8] = { Array($0) },
        state: (MessageState) -> MessageState = { $0 }
    ) async throws -> (messages: [MaildirMessage: Int], folders: Set<FolderPath>) {
        let store = try MaildirStore(path: path, layout: nil)
        let folders = try await store.hierarchy().folders
        var messages: [MaildirMessage: Int] = [:]
        for folder in folders {
            for row in try await store.contents(of: folder).rows {
                guard case .internet(let file) = try await store.open(row, in: folder).content else { continue }
                var state = state(row.state)
                state.keywords.sort()
                let message = MaildirMessage(
                    folder: folder.path.names, digest: Digest.sha256(file.withUnsafeBytes(bytes)), state: state,
                    delivered: row.deliveryTime?.unixSeconds)
                messages[message, default: 0] += 1
            }
        }
        return (messages, Set(folders.map(\.path)))
    }
}
