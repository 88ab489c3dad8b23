import Glibc

/// Divides text whose line ends were completed to CRLF into runs with line ends of one kind.
enum LineEndScan {
    struct Run: Equatable {
        /// Where in the message.
        let text: Range<Int>
        /// The first byte of the completed text, and how many there are.
        let offset: Int
        let length: Int
        /// LF became CRLF.
        let wasCompleted: Bool
    }

    static func runs(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> [Run] {
        let range = range.clamped(to: 0..<bytes.count)
        guard let base = bytes.baseAddress, !range.isEmpty else { return [] }
        var runs: [Run] = []
        var start = range.lowerBound
        var offset = 0
        var added = 0
        var kind: Bool?
        var position = start
        func close(at end: Int) {
            let length = end - start + added
            if length > 0 {
                runs.append(Run(text: start..<end, offset: offset, length: length, wasCompleted: kind ?? false))
            }
            offset += length
            start = end
            added = 0
        }
        while position < range.upperBound, let found = memchr(base + position, 0x0A, range.upperBound - position) {
            let feed = UnsafeRawPointer(found) - base
            let isLone = feed == range.lowerBound || bytes[feed - 1] != 0x0D
            if let known = kind, known != isLone {
                guard runs.count < OriginalLimits.runs else { return runs }
                close(at: position)
            }
            kind = isLone
            if isLone { added += 1 }
            position = feed + 1
        }
        close(at: range.upperBound)
        return runs
    }

    /// Where in `range` the line begins in which `position` lies.
    static func lineStart(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ position: Int) -> Int {
        let range = range.clamped(to: 0..<bytes.count)
        var start = min(max(position, range.lowerBound), range.upperBound)
        while start > range.lowerBound, bytes[start - 1] != 0x0A { start -= 1 }
        return start
    }
}
