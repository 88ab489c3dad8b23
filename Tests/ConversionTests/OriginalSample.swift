import BinaryIO
import MAPI

@testable import Conversion

/// The container of an imported sample.
func original(of message: MessageObject) -> [UInt8]? {
    if case .binary(let bytes)? = message.properties[OriginalMessage.property] { return bytes }
    return nil
}

/// What a container and an item give back.
func rebuilt(_ container: [UInt8], _ message: MessageObject) throws -> [UInt8] {
    var result: [UInt8] = []
    try OriginalMessage.rebuild(from: container, message: message) { result.append(contentsOf: $0) }
    return result
}

/// The references of a sample's container, to attachments, bodies and headers.
func references(_ message: MessageObject) throws -> [StoredReference] {
    try OriginalContainer(parsing: original(of: message) ?? []).segments.compactMap { segment in
        if case .reference(let reference) = segment { reference } else { nil }
    }
}

/// Bytes that do not compress and hold every value.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
    }
}

/// Base64 in lines, as the sample needs it.
func base64(_ bytes: [UInt8], columns: Int = 76, lineEnd: String = "\r\n") -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = Array(bytes[start..<min(start + 3, bytes.count)])
        let padded = group + [0, 0]
        let bits = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
        let all = [bits >> 18, bits >> 12 & 63, bits >> 6 & 63, bits & 63].map { digits[$0] }
        text += all.prefix(group.count + 1) + repeatElement(UInt8(ascii: "="), count: 3 - group.count)
    }
    return stride(from: 0, to: text.count, by: columns).map { start in
        String(decoding: text[start..<min(start + columns, text.count)], as: UTF8.self)
    }.joined(separator: lineEnd)
}

/// A message of a short text and one attachment whose content is `content`, with CRLF line ends around it.
func messageWithAttachment(_ content: String, encoding: String = "base64", lineEnd: String = "\r\n") -> [UInt8] {
    let head = [
        "From: a@example.com", "Subject: sample", "Content-Type: multipart/mixed; boundary=\"=b\"", "", "--=b",
        "Content-Type: text/plain", "", "text", "--=b", "Content-Type: application/octet-stream; name=\"f.bin\"",
        "Content-Transfer-Encoding: \(encoding)", "", "",
    ].joined(separator: lineEnd)
    return Array((head + content + lineEnd + "--=b--" + lineEnd).utf8)
}
