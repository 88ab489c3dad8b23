import BinaryIO

/// Directory names as people see them.
enum FolderName {
    /// One level: modified UTF-7, else UTF-8 as it is (Dovecot's `mailbox_list_utf8`); bytes that are neither
    /// appear as "%" and two hexadecimal digits, so that different names stay different.
    static func display(_ bytes: [UInt8]) -> String {
        ModifiedUTF7.decode(bytes) ?? String(validating: bytes, as: UTF8.self) ?? EscapedName.encode(bytes)
    }

    /// The levels of a Maildir++ directory name, given without its leading dot. A level cannot be empty: a dot
    /// that would make one belongs to the name beside it.
    static func levels(_ bytes: [UInt8]) -> [[UInt8]] {
        let dot = UInt8(ascii: ".")
        var levels: [[UInt8]] = []
        var current: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let isSeparator = byte == dot && current.contains { $0 != dot } && index < bytes.count - 1
            if isSeparator {
                levels.append(current)
                current = []
            } else {
                current.append(byte)
            }
        }
        if !current.isEmpty { levels.append(current) }
        return levels
    }
}
