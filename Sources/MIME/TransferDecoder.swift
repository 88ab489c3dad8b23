internal import BinaryIO
internal import Glibc

/// Undoes a transfer encoding piece by piece — RFC 2045 6.7, 6.8. The whole source lies in memory, so a decoder only
/// keeps its place in it and can always look ahead.
public struct TransferDecoder: Sendable {
    private let encoding: TransferEncoding
    /// Where in the source the next byte is.
    public private(set) var position = 0
    private var bits: UInt32 = 0
    private var digits = 0

    public init(_ encoding: TransferEncoding) {
        self.encoding = encoding
    }

    /// Room that ``decode(_:into:)`` needs at least to make progress.
    public static let minimumRoom = 4

    /// Decodes from ``position`` on until `source` ends or `target` is full.
    /// - Returns: bytes written; 0 only at the end of `source` (or with less than ``minimumRoom``).
    public mutating func decode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int {
        switch encoding {
        case .identity, .uuencode: copy(source, target)
        case .base64: base64(source, target)
        case .quotedPrintable: quotedPrintable(source, target)
        }
    }

    /// All of `source` decoded.
    public static func decode(_ source: UnsafeRawBufferPointer, _ encoding: TransferEncoding) -> [UInt8] {
        if encoding == .identity { return Array(source) }
        if encoding == .uuencode { return Uuencode.decoded(source) }
        var decoder = TransferDecoder(encoding)
        return [UInt8](unsafeUninitializedCapacity: source.count + minimumRoom) { target, count in
            let room = UnsafeMutableRawBufferPointer(target)
            while true {
                let written = decoder.decode(source, into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
                if written == 0 { break }
                count += written
            }
        }
    }

    private mutating func copy(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(source.count - position, target.count)
        guard count > 0, let from = source.baseAddress, let to = target.baseAddress else { return 0 }
        to.copyMemory(from: from + position, byteCount: count)
        position += count
        return count
    }

    /// What is no digit is passed over; padding ends a group, so that joined base64 texts decode too.
    private mutating func base64(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        Base64.digitValues.withUnsafeBufferPointer { values in
            while position < source.count, written + 3 <= target.count {
                if digits == 0 {
                    let done = Base64Groups.decode(
                        UnsafeRawBufferPointer(rebasing: source[position...]),
                        into: UnsafeMutableRawBufferPointer(rebasing: target[written...]))
                    position += done.read
                    written += done.written
                    guard position < source.count, written + 3 <= target.count else { break }
                }
                let byte = source[position]
                position += 1
                let value = values[Int(byte)]
                if value < 64 {
                    bits = bits << 6 | UInt32(value)
                    digits += 1
                    if digits == 4 { written += flush(target, written) }
                } else if byte == ASCII.equals {
                    written += flush(target, written)
                }
            }
        }
        if position >= source.count, written + 3 <= target.count { written += flush(target, written) }
        return written
    }

    /// Writes the bytes that the collected digits make up; a single digit makes none.
    private mutating func flush(_ target: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int {
        defer {
            bits = 0
            digits = 0
        }
        guard digits > 1 else { return 0 }
        let group = bits << (6 * UInt32(4 - digits))
        for index in 0..<digits - 1 {
            target[offset + index] = UInt8(truncatingIfNeeded: group >> (16 - 8 * UInt32(index)))
        }
        return digits - 1
    }

    /// An equals sign before anything else than two digits or a line end stands for itself.
    private mutating func quotedPrintable(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
    ) -> Int {
        var written = 0
        while position < source.count, written < target.count {
            let plain = plainLength(source, room: target.count - written)
            if plain > 0, let from = source.baseAddress, let to = target.baseAddress {
                (to + written).copyMemory(from: from + position, byteCount: plain)
                written += plain
                position += plain
                continue
            }
            if position + 2 < source.count, let high = source[position + 1].hexadecimalValue,
                let low = source[position + 2].hexadecimalValue
            {
                target[written] = high << 4 | low
                written += 1
                position += 3
            } else if let end = Self.softBreakEnd(source, position + 1, end: source.count) {
                position = end
            } else {
                target[written] = ASCII.equals
                written += 1
                position += 1
            }
        }
        return written
    }

    /// How many bytes up to the next equals sign can be copied.
    private func plainLength(_ source: UnsafeRawBufferPointer, room: Int) -> Int {
        let length = min(source.count - position, room)
        guard length > 0, let base = source.baseAddress else { return 0 }
        let start = base + position
        guard let sign = memchr(start, Int32(ASCII.equals), length) else { return length }
        return UnsafeRawPointer(sign) - start
    }

    /// What an equals sign in quoted-printable makes no part of the text: a line end after it, with blanks before that
    /// which transport added, or blanks at the end of the text — RFC 2045 6.7.
    /// - Parameters:
    ///   - start: behind the equals sign.
    ///   - end: of the text.
    /// - Returns: behind all of that; nil where something else follows.
    public static func softBreakEnd(_ source: UnsafeRawBufferPointer, _ start: Int, end: Int) -> Int? {
        var position = start
        while position < end, position - start < 1000, source[position].isBlank { position += 1 }
        if position == end { return position }
        if source[position] == ASCII.lineFeed { return position + 1 }
        if source[position] == ASCII.carriageReturn {
            return position + 1 < end && source[position + 1] == ASCII.lineFeed ? position + 2 : position + 1
        }
        return nil
    }
}

extension UInt8 {
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
