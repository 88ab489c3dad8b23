/// Takes bytes of the original in their order.
typealias ByteConsumer = (UnsafeRawBufferPointer) throws -> Void

/// Brings stored bytes, which come in pieces, into the form they had in the original.
struct StoredFormWriter {
    private let form: StoredForm
    /// The last byte of the piece before was a CR, and is held back.
    private var holdsReturn = false
    private var encoder: Base64LineEncoder?
    private var scratch: [UInt8] = []

    init(_ form: StoredForm) {
        self.form = form
        encoder = form.base64.map { Base64LineEncoder($0) }
    }

    mutating func write(_ piece: UnsafeRawBufferPointer, to sink: ByteConsumer) throws {
        guard form.dropsReturns else {
            try encode(piece, to: sink)
            return
        }
        scratch.removeAll(keepingCapacity: true)
        for byte in piece {
            if holdsReturn, byte != 0x0A { scratch.append(0x0D) }
            holdsReturn = byte == 0x0D
            if !holdsReturn { scratch.append(byte) }
        }
        let converted = scratch
        try converted.withUnsafeBytes { try encode($0, to: sink) }
    }

    mutating func finish(to sink: ByteConsumer) throws {
        if holdsReturn {
            holdsReturn = false
            try [0x0D].withUnsafeBytes { try encode($0, to: sink) }
        }
        try encoder?.finish(to: sink)
    }

    private mutating func encode(_ bytes: UnsafeRawBufferPointer, to sink: ByteConsumer) throws {
        if encoder == nil { try sink(bytes) } else { try encoder?.write(bytes, to: sink) }
    }
}

/// Base64 in lines of one length — RFC 2045 6.8.
struct Base64LineEncoder {
    private let layout: Base64Layout
    /// Bytes that do not make up a group yet, at most two.
    private var pending: [UInt8] = []
    /// Digits written on the present line.
    private var column = 0
    private var digits: [UInt8] = []
    private var lines: [UInt8] = []

    init(_ layout: Base64Layout) {
        self.layout = layout
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer, to sink: ByteConsumer) throws {
        var rest = bytes
        while !pending.isEmpty, let first = rest.first {
            pending.append(first)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
            if pending.count == 3 {
                encodeGroups(pending)
                pending.removeAll()
                try flush(to: sink)
            }
        }
        let whole = rest.count / 3 * 3
        if whole > 0 {
            encodeGroups(UnsafeRawBufferPointer(rebasing: rest[..<whole]))
            try flush(to: sink)
        }
        pending.append(contentsOf: rest[whole...])
    }

    mutating func finish(to sink: ByteConsumer) throws {
        if !pending.isEmpty {
            let missing = 3 - pending.count
            encodeGroups(pending + repeatElement(0, count: missing))
            digits.replaceSubrange((4 - missing)..., with: repeatElement(UInt8(ascii: "="), count: missing))
            pending.removeAll()
            try flush(to: sink)
        }
        if layout.endsLine, column > 0 {
            lines.removeAll(keepingCapacity: true)
            appendLineEnd()
            let end = lines
            try end.withUnsafeBytes { try sink($0) }
        }
    }

    private mutating func encodeGroups(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { encodeGroups($0) }
    }

    /// Fills `digits` from whole groups.
    private mutating func encodeGroups(_ bytes: UnsafeRawBufferPointer) {
        let count = bytes.count / 3
        digits = [UInt8](unsafeUninitializedCapacity: count * 4) { target, length in
            let room = UnsafeMutableRawBufferPointer(target)
            Base64Digits.pairs.withUnsafeBufferPointer { pairs in
                var from = 0
                var to = 0
                for _ in 0..<count {
                    let group = Int(bytes[from]) << 16 | Int(bytes[from + 1]) << 8 | Int(bytes[from + 2])
                    room.storeBytes(of: pairs[group >> 12], toByteOffset: to, as: UInt16.self)
                    room.storeBytes(of: pairs[group & 0xFFF], toByteOffset: to + 2, as: UInt16.self)
                    from += 3
                    to += 4
                }
            }
            length = count * 4
        }
    }

    /// Divides `digits` into lines. A line is ended when the next digit comes.
    private mutating func flush(to sink: ByteConsumer) throws {
        lines.removeAll(keepingCapacity: true)
        lines.reserveCapacity(digits.count + (digits.count / layout.columns + 1) * 2)
        var position = 0
        while position < digits.count {
            if column == layout.columns {
                appendLineEnd()
                column = 0
            }
            let count = min(layout.columns - column, digits.count - position)
            lines.append(contentsOf: digits[position..<position + count])
            column += count
            position += count
        }
        let text = lines
        try text.withUnsafeBytes { try sink($0) }
    }

    private mutating func appendLineEnd() {
        if layout.hasReturns { lines.append(0x0D) }
        lines.append(0x0A)
    }
}

enum Base64Digits {
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The two digits of each twelve bits, as they lie in memory.
    static let pairs: [UInt16] = (0..<4096).map { value in
        (UInt16(alphabet[value >> 6]) | UInt16(alphabet[value & 63]) << 8).littleEndian
    }

    /// Value of a digit; 0xFF for every other byte.
    static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
