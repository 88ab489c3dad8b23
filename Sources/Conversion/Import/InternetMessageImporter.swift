public import BinaryIO
public import MAPI
public import MailStore

/// What the import knows beyond the message itself.
public struct ImportOptions: Sendable {
    /// The mailbox owner's addresses in lower case, the main one first; empty where they are not known.
    public var ownerAddresses: [String] = []

    public init() {}
}

/// A message as MAPI sees it, and what could not be interpreted in it.
public struct ImportedMessage: Sendable {
    public var message: MessageObject
    /// One line each, without a full stop.
    public var problems: [String]
}

/// Internet mail to MAPI — [MS-OXCMAIL] 2.2. The same input gives the same output: no clock, nothing random.
public struct InternetMessageImporter: Sendable {
    let options: ImportOptions

    public init(options: ImportOptions) {
        self.options = options
    }

    /// Never fails: what cannot be interpreted is kept as an attachment and told in `problems`. Attachment streams
    /// in the result hold `content`.
    public func importMessage(_ content: MappedFile, row: ContentsRow, role: FolderRole?) -> ImportedMessage {
        let record = ImportRecord()
        let message = content.withUnsafeBytes { bytes in
            var work = MessageImport(
                source: MessageSource(file: content, bytes: bytes, range: 0..<bytes.count), options: options,
                placement: .stored(row, role), path: [], record: record)
            var message = work.run()
            let keeper = OriginalKeeper(file: content, bytes: bytes, record: record)
            message.properties[OriginalMessage.property] = keeper.property(of: message).map { .binary($0) }
            return message
        }
        return ImportedMessage(message: message, problems: record.problems)
    }
}
