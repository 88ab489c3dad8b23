import BinaryIO
import Conversion
import MAPI
public import MailStore

/// Shows of messages in a PST that they are there byte for byte, by making each anew as ``PSTRestoreSource`` does.
public final class PSTProof: ProvingStore {
    private let source: PSTSetSource

    /// - Throws: as ``PSTSetSource/open(at:)``.
    public static func open(at path: String) throws(StoreError) -> PSTProof {
        PSTProof(try PSTSetSource.open(at: path))
    }

    private init(_ source: PSTSetSource) {
        self.source = source
    }

    public func digest(of message: MessageID, in folder: FolderID) async -> [UInt8]? {
        let row = ContentsRow(id: message, state: MessageState(), deliveryTime: nil, size: 0, location: "")
        let place = FolderInfo(id: folder, path: FolderPath([]), role: nil)
        guard let opened = try? await source.open(row, in: place) else { return nil }
        guard case .mapi(let object) = opened.content,
            case .binary(let kept)? = object.properties[OriginalMessage.property]
        else { return nil }
        // The digest that the PST tells is not taken on trust here: somebody is about to delete the original.
        let sha = SHA256()
        guard let told = try? OriginalMessage.rebuild(from: kept, message: object, to: { sha.update($0) }) else {
            return nil
        }
        let made = sha.finish()
        return made == told ? made : nil
    }
}
