/// The encoding of uuencode(1), which some mail still declares as a transfer encoding.
///
/// GMime's decoder loses the end of a line whose trailing blanks transport has cut off, so this is our own.
enum Uuencode {
    /// Without its `begin` line, content is not uuencoded whatever its header says, and stays as it is.
    static func decoded(_ source: UnsafeRawBufferPointer) -> [UInt8] {
        guard source.count <= MIMELimits.uuencodedLength, var position = start(source) else { return Array(source) }
        var result: [UInt8] = []
        result.reserveCapacity(source.count / 4 * 3)
        while position < source.count {
            let end = HeaderScanner.lineEnd(in: source, from: position, to: source.count)
            let line = source.slice(position..<end)
            if line.starts(with: "end".utf8) { break }
            append(line, to: &result)
            position = end
        }
        return result
    }

    /// Behind the `begin` line.
    private static func start(_ source: UnsafeRawBufferPointer) -> Int? {
        var position = 0
        while position < source.count {
            let end = HeaderScanner.lineEnd(in: source, from: position, to: source.count)
            if source.slice(position..<min(end, position + 6)).elementsEqual("begin ".utf8) { return end }
            position = end
        }
        return nil
    }

    /// The first character says how many bytes the line holds; characters that are missing were blanks, that is zeros.
    private static func append(_ line: UnsafeRawBufferPointer, to result: inout [UInt8]) {
        guard let first = line.first, !first.isWhiteSpace else { return }
        func bits(_ index: Int) -> UInt32 {
            guard index < line.count, line[index] > 0x20 else { return 0 }
            return UInt32((line[index] &- 0x20) & 0x3F)
        }
        var left = Int(bits(0))
        var position = 1
        while left > 0 {
            let group = bits(position) << 18 | bits(position + 1) << 12 | bits(position + 2) << 6 | bits(position + 3)
            for shift in [16, 8, 0] as [UInt32] where left > 0 {
                result.append(UInt8(truncatingIfNeeded: group >> shift))
                left -= 1
            }
            position += 4
        }
    }
}
