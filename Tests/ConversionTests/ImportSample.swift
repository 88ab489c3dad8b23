import BinaryIO
import MAPI
import MailStore

@testable import Conversion

/// The time at which the store says it received a sample.
let sampleDeliveryTime = FileTime(unixSeconds: 1_700_000_000)

/// Imports a message from bytes as they are.
func imported(
    _ bytes: [UInt8], state: MessageState = MessageState(), role: FolderRole? = .inbox,
    deliveryTime: FileTime? = sampleDeliveryTime, owners: [String] = []
) -> ImportedMessage {
    var options = ImportOptions()
    options.ownerAddresses = owners
    let file = bytes.withUnsafeBytes { MappedFile(copying: $0) }
    let row = ContentsRow(
        id: MessageID(rawValue: "sample"), state: state, deliveryTime: deliveryTime, size: bytes.count)
    return InternetMessageImporter(options: options).importMessage(file, row: row, role: role)
}

/// Imports a message from text, with CRLF line ends.
func imported(
    _ text: String, state: MessageState = MessageState(), role: FolderRole? = .inbox,
    deliveryTime: FileTime? = sampleDeliveryTime, owners: [String] = []
) -> ImportedMessage {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    return imported(Array(lines.utf8), state: state, role: role, deliveryTime: deliveryTime, owners: owners)
}

/// The properties of a message that has only these header lines and a short body.
func properties(
    _ header: String, state: MessageState = MessageState(), role: FolderRole? = .inbox, owners: [String] = []
) -> PropertyBag {
    imported(header + "\n\nbody\n", state: state, role: role, owners: owners).message.properties
}

/// All bytes of an attachment by value.
func bytes(of content: AttachmentContent, pieces: Int = 1000) throws -> [UInt8] {
    switch content {
    case .bytes(let bytes), .storage(let bytes): return bytes
    case .none, .message: return []
    case .stream(let stream):
        var reader = stream.makeReader()
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: pieces)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            if count == 0 { return result }
            result.append(contentsOf: buffer[..<count])
        }
    }
}

func text(of content: AttachmentContent) throws -> String {
    String(decoding: try bytes(of: content), as: UTF8.self)
}

/// A `multipart` of the parts given as header and content.
func multipart(_ subtype: String, _ parts: String..., parameters: String = "") -> String {
    "Subject: s\nContent-Type: multipart/\(subtype); boundary=\"=b\"\(parameters)\n\n"
        + parts.map { "--=b\n" + $0 + "\n" }.joined() + "--=b--\n"
}
