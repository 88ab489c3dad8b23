public import BinaryIO
import Glibc
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
            var message =
                readable(content, record).map { readable in
                    readable.withUnsafeBytes { self.message(readable, $0, row, role, record) }
                } ?? self.message(content, bytes, row, role, record)
            let keeper = OriginalKeeper(file: content, bytes: bytes, record: record)
            message.properties[OriginalMessage.property] = keeper.property(of: message).map { .binary($0) }
            return message
        }
        return ImportedMessage(message: message, problems: record.problems)
    }

    private func message(
        _ file: MappedFile, _ bytes: UnsafeRawBufferPointer, _ row: ContentsRow, _ role: FolderRole?,
        _ record: ImportRecord
    ) -> MessageObject {
        var work = MessageImport(
            source: MessageSource(file: file, bytes: bytes, range: 0..<bytes.count), options: options,
            placement: .stored(row, role), path: [], record: record)
        return work.run()
    }

    /// A message whose only line ends are CR, as old Macintosh programs wrote them, with LF instead: it would be one long
    /// line. nil where there is nothing to be changed.
    private func readable(_ content: MappedFile, _ record: ImportRecord) -> MappedFile? {
        guard content.count <= ImportLimits.returnsLength else { return nil }
        return content.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, memchr(base, 0x0D, min(bytes.count, ImportLimits.lineLength)) != nil,
                memchr(base, 0x0A, bytes.count) == nil
            else { return nil }
            record.report("the lines of the message end with CR only; they were read as lines")
            return bytes.map { $0 == 0x0D ? 0x0A : $0 }.withUnsafeBytes { MappedFile(copying: $0) }
        }
    }
}
