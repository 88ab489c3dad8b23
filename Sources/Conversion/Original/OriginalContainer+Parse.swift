internal import BinaryIO

extension OriginalContainer {
    /// - Throws: ``OriginalMessageError/damaged(_:)`` or ``OriginalMessageError/unsupportedVersion(_:)``.
    init(parsing bytes: [UInt8]) throws(OriginalMessageError) {
        guard bytes.starts(with: Self.magic) else { throw .damaged("it does not begin with the signature") }
        guard bytes.count >= Self.fixedLength + 4 else { throw .damaged("it is cut short") }
        let body = bytes[..<(bytes.count - 4)]
        let stored = bytes[body.count...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard stored == Self.checksum(body) else { throw .damaged("its checksum is wrong") }
        version = bytes[4]
        guard (1...Self.version).contains(version) else { throw .unsupportedVersion(version) }
        var reader = ContainerReader(bytes: body, position: 8)
        let length = try reader.number64()
        digest = Array(try reader.take(SHA256.size))
        if version > 1 { check = Array(try reader.take(XXH3.size)) }
        fingerprint = ItemFingerprint(bytes: Array(try reader.take(ItemFingerprint.length)))
        self.length = length
        let entries = try reader.number(upTo: OriginalLimits.dictionaryEntries, "dictionary")
        for _ in 0..<entries { dictionary.append(try reader.source()) }
        let count = try reader.number(upTo: OriginalLimits.segments, "number of segments")
        var literals = 0
        for _ in 0..<count {
            let segment = try reader.segment(upTo: length, version: version)
            if case .literal(let count) = segment {
                // Each is at most `length`, so the sum cannot overflow before it is refused.
                guard count <= length - literals else { throw .damaged("more literal text than the message has") }
                literals += count
            }
            segments.append(segment)
        }
        var left = literals
        while left > 0 {
            let size = try reader.number(upTo: OriginalLimits.containerLength, "frame")
            frames.append(Array(try reader.take(size)))
            left -= min(left, OriginalLimits.chunkLength)
        }
        guard reader.isAtEnd else { throw .damaged("bytes follow the last frame") }
    }
}

/// Reads a container's fields from its start to its end.
private struct ContainerReader {
    let bytes: ArraySlice<UInt8>
    var position: Int

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func take(_ count: Int) throws(OriginalMessageError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else { throw .damaged("it is cut short") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func byte() throws(OriginalMessageError) -> UInt8 {
        guard let byte = try take(1).first else { throw .damaged("it is cut short") }
        return byte
    }

    mutating func number64() throws(OriginalMessageError) -> Int {
        let number = try take(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let number = Int(exactly: number) else { throw .damaged("length") }
        return number
    }

    mutating func number(upTo limit: Int, _ name: String) throws(OriginalMessageError) -> Int {
        guard let number = VariableInteger.next(in: bytes, at: &position), number <= limit else { throw .damaged(name) }
        return number
    }

    mutating func source() throws(OriginalMessageError) -> StoredSource {
        guard let kind = StoredSource.Kind(rawValue: try byte()) else { throw .damaged("kind of a source") }
        return StoredSource(kind: kind, number: try number(upTo: OriginalLimits.parts, "number of a source"))
    }

    mutating func segment(upTo length: Int, version: UInt8) throws(OriginalMessageError) -> OriginalSegment {
        switch try byte() {
        case 0: return .literal(try number(upTo: length, "length of a literal"))
        case 1:
            let source = try source()
            let offset = try number(upTo: Int.max, "offset of a reference")
            let count = try number(upTo: Int.max - offset, "length of a reference")
            let bits = FormBits(rawValue: try byte())
            guard FormBits.all(ofVersion: version).isSuperset(of: bits) else { throw .damaged("form of a reference") }
            let form = StoredForm(
                dropsReturns: bits.contains(.dropsReturns), encoding: try encoding(bits, ofLength: count))
            return .reference(StoredReference(source: source, offset: offset, length: count, form: form))
        default: throw .damaged("kind of a segment")
        }
    }

    /// - Parameter length: bytes that are encoded.
    private mutating func encoding(
        _ bits: FormBits, ofLength length: Int
    ) throws(OriginalMessageError) -> StoredEncoding? {
        switch (bits.contains(.base64), bits.contains(.quotedPrintable)) {
        case (false, false): return nil
        case (true, true): throw .damaged("form of a reference")
        case (true, false):
            let columns = try number(upTo: OriginalLimits.columns, "length of a line")
            guard columns > 0 else { throw .damaged("length of a line") }
            return .base64(
                Base64Layout(
                    columns: columns, hasReturns: bits.contains(.hasReturns), endsLine: bits.contains(.endsLine)))
        case (false, true):
            let exceptions = Array(try take(try number(upTo: 256, "exceptions of a layout")))
            return .quotedPrintable(
                QuotedPrintableLayout(
                    hasReturns: bits.contains(.hasReturns), isLowercase: bits.contains(.isLowercase),
                    exceptions: exceptions, softBreaks: try list(upTo: length), deviations: try list(upTo: length)))
        }
    }

    /// Numbers that are together at most `limit`. The list cannot take more memory than the container does.
    private mutating func list(upTo limit: Int) throws(OriginalMessageError) -> NumberList {
        var list = NumberList()
        var left = limit
        for _ in 0..<(try number(upTo: bytes.endIndex - position, "number of line breaks")) {
            let number = try number(upTo: left, "place of a line break")
            left -= number
            list.append(number)
        }
        return list
    }
}
