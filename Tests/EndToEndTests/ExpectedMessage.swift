import Foundation
import TestSupport

/// A message as Python's email package sees it: a line of `expected_messages.py`.
struct ExpectedMessage: Decodable, Sendable {
    struct Attachment: Decodable, Sendable {
        enum Kind: String, Decodable { case value, embedded, smime }

        let name: String?
        let kind: Kind
        let type: String?
        let size: Int?
        let crc: UInt32?
        /// The same with CRLF line ends, and without any white space.
        let crlfCRC: UInt32?
        let squeezedCRC: UInt32?
        /// The bytes in base64, where they are few.
        let content: String?
        let message: ExpectedMessage?
    }

    struct HTML: Decodable, Sendable {
        /// The bytes, one character each.
        let bytes: String
        let text: String
    }

    /// Absent in embedded messages, as are the next five.
    let folder: [String]?
    let file: String?
    let seen: Bool?
    let unsent: Bool?
    /// Seconds since 1970.
    let delivered: Int?
    let headers: String?

    let subject: String?
    let messageID: String
    /// Pairs of name and address.
    let from: [[String]]
    let sender: [[String]]
    let to: [[String]]
    let cc: [[String]]
    let bcc: [[String]]
    /// Seconds since 1970.
    let date: Int?
    let plain: [String]
    let html: [HTML]
    let attachments: [Attachment]
    /// What is unusual about it.
    let traits: Set<String>

    /// The folder in the PST: INBOX is called Inbox there (mapi-mapping 6.4), every other name is kept.
    var storedFolder: [String] { folder == ["INBOX"] ? ["Inbox"] : folder ?? [] }

    /// Runs the script on a Maildir.
    static func read(maildir: String) throws -> [ExpectedMessage] {
        let script = Fixtures.path("expected_messages.py")
        let run = try CommandRun.run("python3", [script, maildir]).succeeded()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { keys in
            let key = keys[keys.count - 1].stringValue
            return AnyKey(
                ["message_id": "messageID", "crlf_crc": "crlfCRC", "squeezed_crc": "squeezedCRC"][key] ?? key)
        }
        return try run.output.split(separator: UInt8(ascii: "\n"))
            .map { try decoder.decode(ExpectedMessage.self, from: Data($0)) }
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

enum Fixtures {
    static func path(_ name: String) -> String {
        String(#filePath).split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/Fixtures/" + name
    }
}
