import Glibc

/// Takes bytes of the original in their order.
typealias ByteConsumer = (UnsafeRawBufferPointer) throws -> Void

/// Brings stored bytes, which come in pieces, into the form they had in the original.
struct StoredFormWriter {
    private let form: StoredForm
    /// The last byte of the piece before was a CR, and is held back.
    private var holdsReturn = false
    private var base64: Base64LineEncoder?
    private var quotedPrintable: QuotedPrintableLineEncoder?

    init(_ form: StoredForm) {
        self.form = form
        switch form.encoding {
        case .base64(let layout): base64 = Base64LineEncoder(layout)
        case .quotedPrintable(let layout): quotedPrintable = QuotedPrintableLineEncoder(layout)
        case nil: break
        }
    }

    mutating func write(_ piece: UnsafeRawBufferPointer, to sink: ByteConsumer) throws {
        guard form.dropsReturns else {
            try encode(piece, to: sink)
            return
        }
        let converted = withoutReturns(piece)
        try converted.withUnsafeBytes { try encode($0, to: sink) }
    }

    /// A CR at the end is held back until it is known what follows.
    private mutating func withoutReturns(_ piece: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: piece.count + 1) { target, count in
            guard let base = piece.baseAddress, let room = target.baseAddress else { return }
            if holdsReturn, piece[0] != 0x0A {
                room[0] = 0x0D
                count = 1
            }
            holdsReturn = false
            var position = 0
            while position < piece.count {
                let left = piece.count - position
                let found = memchr(base + position, 0x0D, left).map { UnsafeRawPointer($0) - base }
                // What stands before the CR, and the CR where no LF follows.
                var end = found ?? piece.count
                holdsReturn = end == piece.count - 1
                if let found, found + 1 < piece.count, piece[found + 1] != 0x0A { end += 1 }
                UnsafeMutableRawPointer(room + count).copyMemory(from: base + position, byteCount: end - position)
                count += end - position
                position = max(end, (found ?? end) + 1)
            }
        }
    }

    mutating func finish(to sink: ByteConsumer) throws {
        if holdsReturn {
            holdsReturn = false
            try [0x0D].withUnsafeBytes { try encode($0, to: sink) }
        }
        try base64?.finish(to: sink)
        try quotedPrintable?.finish(to: sink)
    }

    private mutating func encode(_ bytes: UnsafeRawBufferPointer, to sink: ByteConsumer) throws {
        switch form.encoding {
        case .base64: try base64?.write(bytes, to: sink)
        case .quotedPrintable: try quotedPrintable?.write(bytes, to: sink)
        case nil: try sink(bytes)
        }
    }
}

/// Base64 in lines of one length — RFC 2045 6.8.
struct Base64LineEncoder {
    private let layout: Base64Layout
    /// Bytes that do not make up a group yet, at most two.
    private var pending: [UInt8] = []
    /// Digits written on the present line.
    private var column = 0

    init(_ layout: Base64Layout) {
        self.layout = layout
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer, to sink: ByteConsumer) throws {
        var rest = bytes
        while !pending.isEmpty, let first = rest.first {
            pending.append(first)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
            if pending.count == 3 {
                let group = pending
                pending.removeAll()
                try group.withUnsafeBytes { try encode($0, padding: 0, to: sink) }
            }
        }
        let whole = rest.count / 3 * 3
        if whole > 0 { try encode(UnsafeRawBufferPointer(rebasing: rest[..<whole]), padding: 0, to: sink) }
        pending.append(contentsOf: rest[whole...])
    }

    mutating func finish(to sink: ByteConsumer) throws {
        if !pending.isEmpty {
            let missing = 3 - pending.count
            let group = pending + repeatElement(0, count: missing)
            pending.removeAll()
            try group.withUnsafeBytes { try encode($0, padding: missing, to: sink) }
        }
        if layout.endsLine, column > 0 {
            let end: [UInt8] = layout.hasReturns ? [0x0D, 0x0A] : [0x0A]
            try end.withUnsafeBytes { try sink($0) }
        }
    }

    /// - Parameter padding: how many of the last digits are equals signs.
    private mutating func encode(_ bytes: UnsafeRawBufferPointer, padding: Int, to sink: ByteConsumer) throws {
        let digitCount = bytes.count / 3 * 4
        let lineEnds = (digitCount / layout.columns + 1) * (layout.hasReturns ? 2 : 1)
        let text = [UInt8](unsafeUninitializedCapacity: digitCount + lineEnds) { target, count in
            let room = UnsafeMutableRawBufferPointer(target)
            if layout.columns % 4 == 0, column % 4 == 0 {
                count = encodeLines(bytes, into: room)
                Self.pad(UnsafeMutableRawBufferPointer(rebasing: room[..<count]), padding)
            } else {
                // Groups go over line ends: digits first, into the end of the room, then moved into lines.
                let digits = UnsafeMutableRawBufferPointer(rebasing: room[lineEnds...])
                Base64Digits.pairs.withUnsafeBufferPointer { pairs in
                    Self.encode(bytes.count / 3, of: bytes, 0, into: digits, 0, pairs)
                }
                Self.pad(digits, padding)
                count = divide(UnsafeRawBufferPointer(digits), into: room)
            }
        }
        try text.withUnsafeBytes { try sink($0) }
    }

    /// Encodes groups line by line. A line is ended when the next digit comes.
    private mutating func encodeLines(
        _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) -> Int {
        var from = 0
        var to = 0
        Base64Digits.pairs.withUnsafeBufferPointer { pairs in
            while from < bytes.count {
                if column == layout.columns { endLine(room, &to) }
                let groups = min((layout.columns - column) / 4, (bytes.count - from) / 3)
                Self.encode(groups, of: bytes, from, into: room, to, pairs)
                from += groups * 3
                to += groups * 4
                column += groups * 4
            }
        }
        return to
    }

    /// Moves digits, which lie behind where they go, into lines.
    private mutating func divide(
        _ digits: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) -> Int {
        var from = 0
        var to = 0
        while from < digits.count {
            if column == layout.columns { endLine(room, &to) }
            let count = min(layout.columns - column, digits.count - from)
            for index in 0..<count { room[to + index] = digits[from + index] }
            from += count
            to += count
            column += count
        }
        return to
    }

    private mutating func endLine(_ room: UnsafeMutableRawBufferPointer, _ position: inout Int) {
        if layout.hasReturns {
            room[position] = 0x0D
            position += 1
        }
        room[position] = 0x0A
        position += 1
        column = 0
    }

    private static func pad(_ digits: UnsafeMutableRawBufferPointer, _ padding: Int) {
        for position in digits.count - padding..<digits.count { digits[position] = UInt8(ascii: "=") }
    }

    /// Encodes groups of three bytes from `start` on as digits from `end` on, two groups at a time as long as eight
    /// bytes can be loaded.
    private static func encode(
        _ groups: Int, of bytes: UnsafeRawBufferPointer, _ start: Int, into room: UnsafeMutableRawBufferPointer,
        _ end: Int, _ pairs: UnsafeBufferPointer<UInt16>
    ) {
        var (from, to, left) = (start, end, groups)
        while left >= 2, from + 8 <= bytes.count {
            let word = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: from, as: UInt64.self))
            let high = UInt64(pairs[Int(word >> 52)]) | UInt64(pairs[Int(word >> 40 & 0xFFF)]) << 16
            let low = UInt64(pairs[Int(word >> 28 & 0xFFF)]) | UInt64(pairs[Int(word >> 16 & 0xFFF)]) << 16
            room.storeBytes(of: (high | low << 32).littleEndian, toByteOffset: to, as: UInt64.self)
            from += 6
            to += 8
            left -= 2
        }
        while left > 0 {
            let group = Int(bytes[from]) << 16 | Int(bytes[from + 1]) << 8 | Int(bytes[from + 2])
            let digits = UInt32(pairs[group >> 12]) | UInt32(pairs[group & 0xFFF]) << 16
            room.storeBytes(of: digits.littleEndian, toByteOffset: to, as: UInt32.self)
            from += 3
            to += 4
            left -= 1
        }
    }
}

enum Base64Digits {
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The two digits of each twelve bits, the first in the low byte.
    static let pairs: [UInt16] = (0..<4096).map { value in
        UInt16(alphabet[value >> 6]) | UInt16(alphabet[value & 63]) << 8
    }
}
