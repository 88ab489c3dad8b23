@testable import MIME

/// Runs `body` on the bytes of `text`, lines ended by CRLF.
func withMessage<R>(_ text: String, _ body: (UnsafeRawBufferPointer, MessageStructure) throws -> R) rethrows -> R {
    let bytes = Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
    return try bytes.withUnsafeBytes { try body($0, MessageStructure($0)) }
}

/// The tree as text: `mixed(plain,html)`.
func outline(_ part: Part) -> String {
    guard part.isMultipart else { return part.type.name }
    return part.type.subtype + "(" + part.children.map(outline).joined(separator: ",") + ")"
}

func string(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
}

func onBytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try Array(text.utf8).withUnsafeBytes(body)
}
