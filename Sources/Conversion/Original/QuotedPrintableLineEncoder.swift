/// Quoted-printable with soft line breaks where a layout has them — RFC 2045 6.7.
struct QuotedPrintableLineEncoder {
    private let layout: QuotedPrintableLayout
    /// How each byte is written: up to three bytes, the first in the lowest place, and in the highest how many.
    private let forms: [UInt32]
    /// Places in the layout's lists.
    private var breakPosition = 0
    private var deviationPosition = 0
    /// Bytes to come before the next soft break and before the next deviation; nil where there is none any more.
    private var bytesToBreak: Int?
    private var bytesToDeviation: Int?

    /// Bytes that are made at a time, whatever the lists say.
    private static let roomLength = 64 << 10
    /// What one byte or one soft break takes at most, and what is written behind it.
    private static let slack = 4

    init(_ layout: QuotedPrintableLayout) {
        self.layout = layout
        forms = QuotedPrintableForms.table(layout)
        bytesToBreak = layout.softBreaks.next(&breakPosition)
        bytesToDeviation = layout.deviations.next(&deviationPosition)
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer, to sink: ByteConsumer) throws {
        var rest = bytes
        while !rest.isEmpty { try encode(&rest, to: sink) }
    }

    /// - Throws: ``OriginalMessageError/damaged(_:)`` where the lists go on behind the end, and what `sink` throws.
    mutating func finish(to sink: ByteConsumer) throws {
        var rest = UnsafeRawBufferPointer(start: nil, count: 0)
        while bytesToBreak == 0 { try encode(&rest, to: sink) }
        guard bytesToBreak == nil, bytesToDeviation == nil else {
            throw OriginalMessageError.damaged("a layout that is longer than its text")
        }
    }

    /// Encodes as much as there is room for at a time.
    private mutating func encode(_ rest: inout UnsafeRawBufferPointer, to sink: ByteConsumer) throws {
        let text = [UInt8](unsafeUninitializedCapacity: Self.roomLength) { target, count in
            count = fill(UnsafeMutableRawBufferPointer(target), from: &rest)
        }
        try text.withUnsafeBytes { try sink($0) }
    }

    private mutating func fill(_ room: UnsafeMutableRawBufferPointer, from rest: inout UnsafeRawBufferPointer) -> Int {
        // Held for itself: what else is in here changes meanwhile.
        let forms = forms
        return forms.withUnsafeBufferPointer { forms in
            var (from, to) = (0, 0)
            while to + Self.slack < room.count {
                if bytesToBreak == 0 {
                    endLine(room, &to)
                    bytesToBreak = layout.softBreaks.next(&breakPosition)
                    continue
                }
                guard from < rest.count else { break }
                if bytesToDeviation == 0 {
                    let form = QuotedPrintableForms.other(forms[Int(rest[from])], rest[from], layout)
                    to += Self.put(form, room, to)
                    from += 1
                    bytesToBreak = bytesToBreak.map { $0 - 1 }
                    bytesToDeviation = layout.deviations.next(&deviationPosition)
                    continue
                }
                let fitting = min(rest.count - from, (room.count - to - 1) / 3)
                let count = min(fitting, bytesToBreak ?? fitting, bytesToDeviation ?? fitting)
                to = Self.put(UnsafeRawBufferPointer(rebasing: rest[from..<from + count]), room, to, forms)
                from += count
                bytesToBreak = bytesToBreak.map { $0 - count }
                bytesToDeviation = bytesToDeviation.map { $0 - count }
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[from...])
            return to
        }
    }

    private func endLine(_ room: UnsafeMutableRawBufferPointer, _ position: inout Int) {
        let softBreak: UInt32 = layout.hasReturns ? 0x0300_0000 | 0x0A0D3D : 0x0200_0000 | 0x0A3D
        position += Self.put(softBreak, room, position)
    }

    /// Writes what the table has for each byte, without a branch: all of it is stored, and only what counts is passed over.
    /// - Returns: the place behind it.
    private static func put(
        _ bytes: UnsafeRawBufferPointer, _ room: UnsafeMutableRawBufferPointer, _ start: Int,
        _ forms: UnsafeBufferPointer<UInt32>
    ) -> Int {
        var to = start
        for byte in bytes { to += put(forms[Int(byte)], room, to) }
        return to
    }

    @inline(__always)
    private static func put(_ form: UInt32, _ room: UnsafeMutableRawBufferPointer, _ position: Int) -> Int {
        room.storeBytes(of: form.littleEndian, toByteOffset: position, as: UInt32.self)
        return Int(form >> 24)
    }
}

/// How bytes are written in quoted-printable, as numbers that one store writes.
enum QuotedPrintableForms {
    private static let uppercase = (0...UInt8.max).map { usual($0, isLowercase: false) }
    private static let lowercase = (0...UInt8.max).map { usual($0, isLowercase: true) }

    /// The form of each byte.
    static func table(_ layout: QuotedPrintableLayout) -> [UInt32] {
        var table = layout.isLowercase ? lowercase : uppercase
        for byte in Set(layout.exceptions) { table[Int(byte)] = other(table[Int(byte)], byte, layout) }
        return table
    }

    /// The form that `byte` has where it has not the given one.
    static func other(_ form: UInt32, _ byte: UInt8, _ layout: QuotedPrintableLayout) -> UInt32 {
        form >> 24 == 1 ? encoded(byte, isLowercase: layout.isLowercase) : verbatim(byte)
    }

    private static func usual(_ byte: UInt8, isLowercase: Bool) -> UInt32 {
        QuotedPrintableLayout.isEncoded(byte) ? encoded(byte, isLowercase: isLowercase) : verbatim(byte)
    }

    private static func verbatim(_ byte: UInt8) -> UInt32 { 0x0100_0000 | UInt32(byte) }

    private static func encoded(_ byte: UInt8, isLowercase: Bool) -> UInt32 {
        let letters = UInt32(isLowercase ? UInt8(ascii: "a") : UInt8(ascii: "A"))
        func digit(_ value: UInt8) -> UInt32 {
            value < 10 ? UInt32(UInt8(ascii: "0")) + UInt32(value) : letters + UInt32(value) - 10
        }
        return 0x0300_0000 | UInt32(UInt8(ascii: "=")) | digit(byte >> 4) << 8 | digit(byte & 0xF) << 16
    }
}
