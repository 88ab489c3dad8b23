internal import BinaryIO
internal import MAPI
internal import MIME
internal import MailStore

/// The bytes a message is read from, and the file that keeps them in memory.
struct MessageSource {
    let file: MappedFile
    /// All of `file`.
    let bytes: UnsafeRawBufferPointer
    /// Where the message lies in it.
    let range: Range<Int>

    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range.clamped(to: 0..<bytes.count)])
    }
}

/// Where a message stands.
enum Placement {
    case stored(ContentsRow, FolderRole?)
    /// Inside another message that was delivered at this time.
    case embedded(FileTime)
}

/// What a message and the ones embedded in it share while they are imported.
final class ImportRecord {
    private(set) var problems: [String] = []
    /// Decoded bytes held so far.
    var heldBytes = 0
    /// Where attachments and bodies come from, for the keeping of the original bytes.
    var origins: [PartOrigin] = []
    /// XXH3 of all of a file, where that was needed.
    var check: (file: MappedFile, value: [UInt8])?

    func report(_ problem: String) {
        // A message with ten thousand broken parts has one problem, not ten thousand.
        if problems.count < 100, !problems.contains(problem) { problems.append(problem) }
    }
}

/// The import of one message; each rule set is an extension in a file of its own.
struct MessageImport {
    let source: MessageSource
    let structure: MessageStructure
    let header: HeaderView
    let options: ImportOptions
    let placement: Placement
    /// Messages around this one.
    let depth: Int
    /// Positions of the attachments that lead to this message, the outermost first.
    let path: [Int]
    let record: ImportRecord
    let times: MessageTimes
    let direction: MessageDirection
    var message = MessageObject()

    init(
        source: MessageSource, options: ImportOptions, placement: Placement, path: [Int], record: ImportRecord
    ) {
        self.source = source
        self.options = options
        self.placement = placement
        depth = path.count
        self.path = path
        self.record = record
        structure = MessageStructure(source.bytes, range: source.range, passed: source.file.discard)
        header = HeaderView(
            bytes: source.bytes, block: structure.root.header, fallbackCharset: structure.root.textCharset)
        times = MessageTimes(header: header, placement: placement)
        direction = MessageDirection(header: header, placement: placement)
    }

    mutating func run() -> MessageObject {
        message.properties.reserveCapacity(fixed: 80)
        reportDefects()
        setMessageClass("IPM.Note")
        setSubject()
        setConversation()
        setTimes()
        setOriginators()
        setRecipientRows()
        setReplyRecipients()
        setTransportHeaders()
        setIdentification()
        setPriority()
        setReceipts()
        setState()
        setPromotedHeaders()
        setConstants()
        importContent()
        keepOversizedHeader()
        return message
    }

    private mutating func reportDefects() {
        if structure.defects.contains(.noHeader) {
            record.report("the message does not begin with a header; all of it was taken as text")
        }
        if structure.defects.contains(.tooDeep) {
            record.report("parts nested too deeply were kept undivided as attachments")
        }
        if structure.defects.contains(.tooManyParts) {
            record.report("more than \(MIMELimits.partCount) parts; the rest was kept undivided as one attachment")
        }
    }

    mutating func setMessageClass(_ name: String) {
        message.properties[.messageClass] = .string(name)
    }

    /// What Outlook writes on every mail item.
    private mutating func setConstants() {
        message.properties[.alternateRecipientAllowed] = .boolean(true)
        message.properties[.deleteAfterSubmit] = .boolean(false)
        message.properties[.searchKey] = .binary(messageSearchKey())
        message.properties[.sideEffects] = .integer32(0)
        message.properties[.reminderSet] = .boolean(false)
        message.properties[.isPrivate] = .boolean(false)
    }

    /// PidTagSearchKey, [MS-OXCPRPT] 2.2.1.9: the same for every copy of a message. XXH3 with 128 bits of the bytes; of a
    /// large message of its length, its first and its last bytes.
    private func messageSearchKey() -> [UInt8] {
        let bytes = source.slice(source.range)
        let hash = XXH3()
        guard bytes.count > ImportLimits.digestedLength else {
            hash.update(bytes)
            let value = hash.finish()
            if source.range == 0..<source.bytes.count { record.check = (source.file, value) }
            return value
        }
        let half = ImportLimits.digestedLength / 2
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update($0) }
        hash.update(UnsafeRawBufferPointer(rebasing: bytes[..<half]))
        hash.update(UnsafeRawBufferPointer(rebasing: bytes[(bytes.count - half)...]))
        return hash.finish()
    }
}
