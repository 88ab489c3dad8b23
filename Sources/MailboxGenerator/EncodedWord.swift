import Foundation

/// Header text — RFC 2047.
enum EncodedWord {
    /// `text` as it stands where it is ASCII, else as one encoded word in UTF-8 (or `charset`, given its bytes).
    static func encode(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : encode(Array(text.utf8), charset: "utf-8")
    }

    static func encode(_ bytes: [UInt8], charset: String) -> String {
        "=?\(charset)?B?\(Data(bytes).base64EncodedString())?="
    }
}
