import Conversion
import MAPI
import MailStore

/// The first half of preparing a message: what it is in MAPI's terms. Needs no store.
struct MessagePreparation: Sendable {
    let importer: InternetMessageImporter
    /// For error messages.
    let path: String

    init(path: String, options: PSTStoreOptions) {
        self.path = path
        var importOptions = ImportOptions()
        importOptions.ownerAddresses = options.ownerAddresses
        importer = InternetMessageImporter(options: importOptions)
    }

    struct Converted {
        var object: MessageObject
        /// When it was delivered.
        var time: FileTime?
        var problems: [String] = []
        /// SHA-256 of the original bytes, where the object keeps them.
        var digest: [UInt8]?
    }

    func convert(_ message: StoredMessage) throws(StoreError) -> Converted {
        var converted: Converted
        switch message.content {
        case .internet(let bytes):
            let imported = importer.importMessage(bytes, row: message.row, role: message.folder.role)
            converted = Converted(
                object: imported.message, time: message.row.deliveryTime, problems: imported.problems)
            converted.object.properties[.sourceIdentity] = .string(message.row.id.rawValue)
        case .mapi(let native):
            // An item of another PST: what it says of where it is from, or that it says nothing of it, stays.
            let time = message.row.deliveryTime ?? native.properties.time(.messageDeliveryTime)
            converted = Converted(object: native, time: time)
        case .produced:
            throw StoreError(
                .badData, "\(path): a message that is composed has no way into a PST",
                folder: message.folder.path, messageID: message.row.id)
        }
        if case .binary(let original)? = converted.object.properties[OriginalMessage.property] {
            converted.digest = OriginalMessage.head(of: original)?.digest
        }
        return converted
    }

    /// A message for a store that is not there yet.
    func prepare(_ message: StoredMessage) throws(StoreError) -> PreparedPSTMessage {
        let converted = try convert(message)
        return PreparedPSTMessage(
            content: .object(converted.object), time: converted.time, memorySize: message.row.size,
            problems: converted.problems, digest: converted.digest)
    }
}
