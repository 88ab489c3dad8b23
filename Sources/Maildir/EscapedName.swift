/// File names as identifiers: ASCII text that gives back the bytes exactly. Names are bytes to the file system;
/// as `String`, different ones could be equal (canonical equivalence) or not be representable at all.
///
/// "%", control characters, DEL and bytes above 0x7F are written as "%" and two hexadecimal digits.
enum EscapedName {
    static func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        if bytes.allSatisfy(isPlain) { return String(decoding: bytes, as: UTF8.self) }
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + 16)
        for byte in bytes {
            if isPlain(byte) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func encode(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBufferPointer { encode($0) }
    }

    /// Appends the bytes `text` stands for. A "%" without two digits stands for itself.
    static func decode(_ text: String, into bytes: inout [UInt8]) {
        var pending = text.utf8[...]
        while let byte = pending.popFirst() {
            guard byte == UInt8(ascii: "%"), let high = pending.first.flatMap(hexValue),
                let low = pending.dropFirst().first.flatMap(hexValue)
            else {
                bytes.append(byte)
                continue
            }
            pending = pending.dropFirst(2)
            bytes.append(high << 4 | low)
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "%")
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
