internal import BinaryIO
internal import MIME

typealias QuotedPrintableRun = EncodedRun<QuotedPrintableLayout>

/// Divides quoted-printable text — RFC 2045 6.7 — into runs. It takes the text as the decoder does, so that it knows
/// which stored byte each run begins with; what it finds is true only if encoding those bytes gives the text again.
struct QuotedPrintableScan {
    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private let completesReturns: Bool
    private let exceptions: [UInt8]
    private let passed: (Range<Int>) -> Void
    private var told: Int
    private var position: Int
    /// Of the run at hand.
    private var start: Int
    private var firstStored = 0
    /// Bytes that were decoded since the start of the run, and line ends among them to which a CR was added.
    private var decoded = 0
    private var added = 0
    private var breakLength: Int?
    private var letters: UInt8 = 0
    private var softBreaks = NumberList()
    private var deviations = NumberList()
    private var lastBreak = 0
    private var nextDeviation = 0

    private init(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, completesReturns: Bool, exceptions: [UInt8],
        passed: @escaping (Range<Int>) -> Void
    ) {
        self.bytes = bytes
        self.completesReturns = completesReturns
        self.exceptions = exceptions
        self.passed = passed
        position = range.lowerBound
        start = position
        told = position
        end = range.upperBound
    }

    /// - Parameters:
    ///   - completesReturns: what is stored has a CR before each LF, and the text has none.
    ///   - passed: told now and then which bytes were passed over.
    static func runs(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, completesReturns: Bool = false,
        passed: @escaping (Range<Int>) -> Void = { _ in }
    ) -> [QuotedPrintableRun] {
        let range = range.clamped(to: 0..<bytes.count)
        func scan(_ exceptions: [UInt8]) -> (runs: [QuotedPrintableRun], deviations: Int) {
            var scan = QuotedPrintableScan(
                bytes, range, completesReturns: completesReturns, exceptions: exceptions, passed: passed)
            return scan.runs()
        }
        let usual = scan([])
        // Most encoders differ in few places only, so that it need not be known how often each byte stands where.
        guard usual.deviations > range.count / 64 else { return usual.runs }
        let exceptions = QuotedPrintableCensus(bytes, range).exceptions
        return exceptions.isEmpty ? usual.runs : scan(exceptions).runs
    }

    /// Whether the first line of the decoded text ends with LF alone.
    static func beginsWithLoneFeed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        let range = range.clamped(to: 0..<bytes.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let isSign = bytes[position] == UInt8(ascii: "=")
            let coded = bytes[position..<range.upperBound].prefix(3)
            if bytes[position] == 0x0A || isSign && ["=0A", "=0a"].contains(where: { coded.elementsEqual($0.utf8) }) {
                let before = bytes[range.lowerBound..<position].suffix(3)
                return before.last != 0x0D && !["=0D", "=0d"].contains { before.elementsEqual($0.utf8) }
            }
            let next = isSign ? TransferDecoder.softBreakEnd(bytes, position + 1, end: range.upperBound) : nil
            position = next ?? position + 1
        }
        return false
    }

    /// Compressed text takes a quarter of its length, or little more.
    private static func isWorthwhile(_ run: QuotedPrintableRun) -> Bool {
        run.text.count >= OriginalLimits.referenceLength && run.layout.listLength <= run.text.count / 4
    }

    /// - Returns: runs that are worth a reference, and the number of deviations of all.
    private mutating func runs() -> (runs: [QuotedPrintableRun], deviations: Int) {
        let marks = Self.marks(exceptions, stopsAtFeeds: completesReturns)
        var runs: [QuotedPrintableRun] = []
        var (deviations, listLength) = (0, 0)
        marks.withUnsafeBufferPointer { marks in
            while position < end, runs.count < OriginalLimits.runs, listLength < OriginalLimits.layoutsLength {
                scanRun(marks)
                guard let run = closeRun() else {
                    passGap()
                    continue
                }
                deviations += run.layout.deviations.count
                if Self.isWorthwhile(run) {
                    runs.append(run)
                    listLength += run.layout.listLength
                }
            }
        }
        passed(told..<position)
        return (runs, deviations)
    }

    /// What there is to know of each byte that stands in the text as it is.
    private enum Mark {
        /// It has to be looked at.
        static let stops: UInt8 = 1
        /// It is encoded, elsewhere.
        static let isEncoded: UInt8 = 2
    }

    private static func marks(_ exceptions: [UInt8], stopsAtFeeds: Bool) -> [UInt8] {
        var marks = (0...UInt8.max).map { QuotedPrintableLayout.isEncoded($0) ? Mark.stops | Mark.isEncoded : 0 }
        for byte in exceptions { marks[Int(byte)] ^= Mark.stops | Mark.isEncoded }
        marks[Int(UInt8(ascii: "="))] |= Mark.stops
        if stopsAtFeeds { marks[0x0A] |= Mark.stops }
        return marks
    }

    /// Goes on as far as one layout reaches.
    private mutating func scanRun(_ marks: UnsafeBufferPointer<UInt8>) {
        QuotedPrintableDigits.values.withUnsafeBufferPointer { digits in
            while true {
                passUsual(marks, digits)
                let next = position
                guard next < end, softBreaks.bytes.count + deviations.bytes.count < OriginalLimits.layoutLength else {
                    return
                }
                if position - told >= MappedFile.discardStep {
                    passed(told..<position)
                    told = position
                }
                guard bytes[next] == UInt8(ascii: "=") else {
                    take(bytes[next], marks, isEncoded: false)
                    continue
                }
                if next + 2 < end {
                    let (high, low) = (digits[Int(bytes[next + 1])], digits[Int(bytes[next + 2])])
                    if (high | low) & QuotedPrintableDigits.none == 0 {
                        let used = letters | (high | low) & QuotedPrintableDigits.letters
                        guard used != QuotedPrintableDigits.letters else { return }
                        letters = used
                        take(high << 4 | low & 0xF, marks, isEncoded: true)
                        continue
                    }
                }
                guard takeLineEnd(marks) else { return }
            }
        }
    }

    /// Goes on as long as there is nothing to note.
    private mutating func passUsual(_ marks: UnsafeBufferPointer<UInt8>, _ digits: UnsafeBufferPointer<UInt8>) {
        // In variables of its own, which need not be stored for each byte.
        var (next, count, used) = (position, decoded, letters)
        let end = end
        while true {
            let first = next
            while next < end, marks[Int(bytes[next])] & Mark.stops == 0 { next += 1 }
            count += next - first
            let start = next
            while next + 2 < end, bytes[next] == UInt8(ascii: "=") {
                let (high, low) = (digits[Int(bytes[next + 1])], digits[Int(bytes[next + 2])])
                let value = high << 4 | low & 0xF
                let found = used | (high | low) & ~0xF
                guard found < QuotedPrintableDigits.letters, value != 0x0A, marks[Int(value)] & Mark.isEncoded != 0
                else { break }
                used = found
                count += 1
                next += 3
            }
            if next == start { break }
        }
        (position, decoded, letters) = (next, count, used)
    }

    /// Takes a byte as it is written at `position`.
    @inline(__always)
    private mutating func take(_ byte: UInt8, _ marks: UnsafeBufferPointer<UInt8>, isEncoded: Bool) {
        if (marks[Int(byte)] & Mark.isEncoded != 0) != isEncoded {
            deviations.append(decoded - nextDeviation)
            nextDeviation = decoded + 1
        }
        if byte == 0x0A, completesReturns { added += 1 }
        decoded += 1
        position += isEncoded ? 3 : 1
    }

    /// Takes an equals sign that is not followed by digits: a soft line break, or the sign itself.
    /// - Returns: false where no layout, or not this one, has it.
    private mutating func takeLineEnd(_ marks: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let next = TransferDecoder.softBreakEnd(bytes, position + 1, end: end) else {
            take(UInt8(ascii: "="), marks, isEncoded: false)
            return true
        }
        let length = next - position
        // Blanks that transport added, or no line end.
        guard bytes[next - 1] == 0x0A, length == 2 || length == 3 && bytes[next - 2] == 0x0D,
            breakLength ?? length == length
        else { return false }
        breakLength = length
        softBreaks.append(decoded - lastBreak)
        lastBreak = decoded
        position = next
        return true
    }

    /// The run that ends here; nil where there is nothing of it.
    private mutating func closeRun() -> QuotedPrintableRun? {
        let length = decoded + added
        defer {
            firstStored += length
            (start, decoded, added, lastBreak, nextDeviation) = (position, 0, 0, 0, 0)
            (breakLength, letters) = (nil, 0)
            (softBreaks, deviations) = (NumberList(), NumberList())
        }
        guard position > start else { return nil }
        return QuotedPrintableRun(
            text: start..<position, offset: firstStored, length: length,
            layout: QuotedPrintableLayout(
                hasReturns: breakLength == 3, isLowercase: letters == QuotedPrintableDigits.lowercase,
                exceptions: exceptions, softBreaks: softBreaks, deviations: deviations))
    }

    /// Passes over what no layout has, as the decoder does: digits of both kinds, or an unusual soft line break.
    private mutating func passGap() {
        if let next = TransferDecoder.softBreakEnd(bytes, position + 1, end: end) {
            position = next
        } else {
            position = min(position + 3, end)
            firstStored += 1
        }
        start = position
    }
}

/// What hexadecimal digits stand for.
enum QuotedPrintableDigits {
    /// Flags above the value: it has the letters of one kind; it is no digit.
    static let uppercase: UInt8 = 0x10
    static let lowercase: UInt8 = 0x20
    static let letters: UInt8 = uppercase | lowercase
    static let none: UInt8 = 0x80

    static let values: [UInt8] = (0...UInt8.max).map { byte in
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: (byte - 0x41 + 10) | uppercase
        case 0x61...0x66: (byte - 0x61 + 10) | lowercase
        default: none
        }
    }
}
