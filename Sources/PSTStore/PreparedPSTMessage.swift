import Conversion
import MAPI
public import MailStore
import PST

/// A message, converted and encoded, on its way into a PST.
public struct PreparedPSTMessage: PreparedMessage {
    enum Content: Sendable {
        /// Ready to be placed in a store of that lineage. The object is there where it may have to go into another one.
        /// Apart from what names it: it is handed from task to task.
        indirect case image(MessageImage, StoreLineage, MessageObject?)
        /// Has to be built in its turn: it streams attachments into the file, or has properties that are new to it.
        case object(MessageObject)
    }

    let content: Content
    /// When it was delivered.
    let time: FileTime?
    public let memorySize: Int
    public let problems: [String]
    public let digest: [UInt8]?
}

/// Stores with one lineage encode alike, and have the same ids for the same names as far as they have them: what was
/// built for one of them fits into those that came after it.
final class StoreLineage: Sendable {}

/// What a store takes over from one that was there before it.
struct StoreHeritage: Sendable {
    let names: NameToIDMap
    let encoding: PSTStoreOptions.Encoding
    /// nil: it begins one of its own.
    let lineage: StoreLineage?
}
