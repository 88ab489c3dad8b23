import BinaryIO
import IMAP
import IMAPGrammar
import Synchronization

/// Takes the messages out of FETCH responses as they come, on the event loop of the connection.
final class BodyReceiver: ResponseReceiver {
    private let wanted: Set<UID>
    private let arrived = Mutex<Set<UID>>([])
    private let deliver: @Sendable (UID, MappedFile?) -> Void

    /// - Parameter deliver: called once for each message; nil: the server has nothing for it.
    init(wanted: [UID], deliver: @escaping @Sendable (UID, MappedFile?) -> Void) {
        self.wanted = Set(wanted)
        self.deliver = deliver
    }

    func receive(_ response: Response) -> Bool {
        guard case .fetch(let message) = response, let uid = message.uid, wanted.contains(uid),
            let content = message.sections[""]
        else { return false }
        guard arrived.withLock({ $0.insert(uid).inserted }) else { return false }
        deliver(uid, content)
        return true
    }

    var arrivedUIDs: Set<UID> { arrived.withLock { $0 } }
}
