import Conversion
import MAPI
public import MailStore
import PST

/// A message, converted and encoded, on its way into a PST.
public struct PreparedPSTMessage: PreparedMessage {
    enum Content: Sendable {
        /// Ready to be placed.
        case image(MessageImage)
        /// Has to be built in its turn: it streams attachments into the file, or has properties that are new to it.
        case object(MessageObject)
    }

    let content: Content
    public let memorySize: Int
    public let problems: [String]
    public let digest: [UInt8]?
}
