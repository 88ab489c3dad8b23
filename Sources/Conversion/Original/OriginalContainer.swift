internal import BinaryIO

/// What the property OriginalMessage holds, taken apart; docs/original-bytes.md describes each byte.
struct OriginalContainer: Equatable {
    static let magic: [UInt8] = Array("MBOM".utf8)
    /// What is written. Version 1 has no check; the fingerprints of 1 and 2 are made with SHA-256; before 4 nothing refers to
    /// quoted-printable text.
    static let version: UInt8 = 4
    /// Bytes before the numbers of variable length, at least.
    static let fixedLength = 16 + SHA256.size + ItemFingerprint.length

    var version = Self.version
    /// Bytes of the original message.
    var length: Int
    /// SHA-256 of the original message.
    var digest: [UInt8]
    /// XXH3 of the original message: proves what was rebuilt in a tenth of the time. nil in version 1 alone.
    var check: [UInt8]?
    var fingerprint: ItemFingerprint
    /// What makes up the dictionary of the first frame, one behind the other.
    var dictionary: [StoredSource] = []
    var segments: [OriginalSegment] = []
    /// Zstandard frames of the literal text, each but the last of ``OriginalLimits/chunkLength`` bytes of text.
    var frames: [[UInt8]] = []

    /// Bytes of literal text.
    var literalLength: Int {
        segments.reduce(0) { sum, segment in
            if case .literal(let count) = segment { sum + count } else { sum }
        }
    }

    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.fixedLength + 64 + frames.reduce(0) { $0 + $1.count + 8 })
        bytes += Self.magic
        bytes += [version, 0, 0, 0]
        bytes.append(littleEndian: UInt64(length))
        bytes += digest
        bytes += check ?? []
        bytes += fingerprint.bytes
        VariableInteger.append(dictionary.count, to: &bytes)
        for source in dictionary { append(source, to: &bytes) }
        VariableInteger.append(segments.count, to: &bytes)
        for segment in segments { append(segment, to: &bytes) }
        for frame in frames {
            VariableInteger.append(frame.count, to: &bytes)
            bytes += frame
        }
        bytes.append(littleEndian: Self.checksum(bytes[...]))
        return bytes
    }

    private func append(_ source: StoredSource, to bytes: inout [UInt8]) {
        bytes.append(source.kind.rawValue)
        VariableInteger.append(source.number, to: &bytes)
    }

    private func append(_ segment: OriginalSegment, to bytes: inout [UInt8]) {
        switch segment {
        case .literal(let count):
            bytes.append(0)
            VariableInteger.append(count, to: &bytes)
        case .reference(let reference):
            bytes.append(1)
            append(reference.source, to: &bytes)
            VariableInteger.append(reference.offset, to: &bytes)
            VariableInteger.append(reference.length, to: &bytes)
            bytes.append(FormBits(reference.form).rawValue)
            switch reference.form.encoding {
            case .base64(let layout): VariableInteger.append(layout.columns, to: &bytes)
            case .quotedPrintable(let layout): append(layout, to: &bytes)
            case nil: break
            }
        }
    }

    private func append(_ layout: QuotedPrintableLayout, to bytes: inout [UInt8]) {
        VariableInteger.append(layout.exceptions.count, to: &bytes)
        bytes += layout.exceptions
        for list in [layout.softBreaks, layout.deviations] {
            VariableInteger.append(list.count, to: &bytes)
            bytes += list.bytes
        }
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var checksum = CRC32()
        bytes.withUnsafeBytes { checksum.update($0) }
        return checksum.value
    }
}

/// The form of a reference, in one byte.
struct FormBits: OptionSet {
    let rawValue: UInt8

    static let dropsReturns = FormBits(rawValue: 1)
    static let base64 = FormBits(rawValue: 2)
    static let hasReturns = FormBits(rawValue: 4)
    static let endsLine = FormBits(rawValue: 8)
    static let quotedPrintable = FormBits(rawValue: 16)
    static let isLowercase = FormBits(rawValue: 32)

    /// Bits that a version has.
    static func all(ofVersion version: UInt8) -> FormBits { FormBits(rawValue: version < 4 ? 15 : 63) }

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(_ form: StoredForm) {
        var bits: FormBits = form.dropsReturns ? .dropsReturns : []
        switch form.encoding {
        case .base64(let layout):
            bits.insert(.base64)
            if layout.hasReturns { bits.insert(.hasReturns) }
            if layout.endsLine { bits.insert(.endsLine) }
        case .quotedPrintable(let layout):
            bits.insert(.quotedPrintable)
            if layout.hasReturns { bits.insert(.hasReturns) }
            if layout.isLowercase { bits.insert(.isLowercase) }
        case nil: break
        }
        self = bits
    }
}

/// Whole numbers in as many bytes as they need: seven bits each, the lowest first, the top bit set on all but the last.
enum VariableInteger {
    static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = UInt64(clamping: number)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// The number that begins at `position`, which moves behind it; nil where it is cut short or has more than eight bytes,
    /// which hold more than any size there is.
    static func next(in bytes: ArraySlice<UInt8>, at position: inout Int) -> Int? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.endIndex, shift < 56 {
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(number) }
            shift += 7
        }
        return nil
    }
}
