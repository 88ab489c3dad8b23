import BinaryIO
import MAPI
import PSTLTP

/// PidTagSearchKey, [MS-OXCPRPT] 2.2.1.9: 16 bytes that every message must have.
enum SearchKey {
    /// A key for a message that came without one: the same message gets the same.
    static func standIn(for properties: PropertyBag) -> [UInt8] {
        var bytes: [UInt8] = []
        for tag in [PropertyTag.internetMessageId, .subject, .clientSubmitTime, .senderEmailAddress, .body] {
            if let value = properties[tag] { PropertyValueEncoding.append(value, to: &bytes) }
        }
        return Digest.md5(bytes)
    }
}
