internal import BinaryIO
import Glibc

/// Lines of one length.
typealias Base64Run = EncodedRun<Base64Layout>

/// Divides base64 text into runs. It follows the decoder in what it passes over, so that it knows which decoded byte
/// each run begins with; what it finds is true only if encoding those bytes gives the text again.
struct Base64Scan {
    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private let isCareful: Bool
    private let passed: (Range<Int>) -> Void
    private var position: Int
    /// Decoded bytes before `position`, and digits that do not make up a group yet.
    private var decoded = 0
    private var pending = 0

    private init(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, isCareful: Bool, passed: @escaping (Range<Int>) -> Void
    ) {
        self.bytes = bytes
        self.passed = passed
        position = range.lowerBound
        end = range.upperBound
        self.isCareful = isCareful
    }

    /// - Parameters:
    ///   - isCareful: looks at every byte; otherwise lines are taken for whole by where they end.
    ///   - passed: told now and then which bytes were passed over.
    static func runs(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, isCareful: Bool,
        passed: @escaping (Range<Int>) -> Void = { _ in }
    ) -> [Base64Run] {
        let clamped = range.clamped(to: 0..<bytes.count)
        var scan = Base64Scan(bytes, clamped, isCareful: isCareful, passed: passed)
        var runs: [Base64Run] = []
        while scan.position < scan.end, runs.count < OriginalLimits.runs {
            if let run = scan.run() {
                runs.append(run)
                scan.position = run.text.upperBound
                scan.decoded += run.length
            } else {
                scan.passLine()
            }
        }
        return runs
    }

    /// A line without its end, and that end.
    private struct Line {
        let digits: Range<Int>
        /// 0 without one, 1 for LF, 2 for CRLF.
        let endLength: Int
        var next: Int { digits.upperBound + endLength }
    }

    private func line(at start: Int) -> Line {
        guard let base = bytes.baseAddress, start < end, let found = memchr(base + start, 0x0A, end - start) else {
            return Line(digits: start..<end, endLength: 0)
        }
        let feed = UnsafeRawPointer(found) - base
        let hasReturn = feed > start && bytes[feed - 1] == 0x0D
        return Line(digits: start..<(hasReturn ? feed - 1 : feed), endLength: hasReturn ? 2 : 1)
    }

    /// The run that begins here, if one does.
    private func run() -> Base64Run? {
        let first = line(at: position)
        let columns = first.digits.count
        guard pending == 0, columns > 0, columns <= OriginalLimits.columns, let firstPadding = padding(first.digits)
        else {
            return nil
        }
        var next = first.next
        var count = columns
        var pads = firstPadding
        // The last line, and whether it is ended as the others are.
        var endsLine = first.endLength > 0
        if endsLine, pads == 0 {
            let stride = columns + first.endLength
            var told = next
            while next + stride <= end, isLine(next, columns, first.endLength) {
                next += stride
                count += columns
                if next - told >= MappedFile.discardStep {
                    passed(told..<next)
                    told = next
                }
            }
            passed(told..<next)
            pads = trailingPadding(next - first.endLength)
            if pads == 0, let last = lastLine(next, columns: columns, aligned: count) {
                count += last.digits.count
                pads = trailingPadding(last.digits.upperBound)
                endsLine = last.endLength == first.endLength
                next = endsLine ? last.next : last.digits.upperBound
            }
            // A run ends with a whole group.
            if count % 4 != 0 { pads = 0 }
            while count % 4 != 0, count > columns {
                count -= columns
                next -= stride
            }
        }
        guard count % 4 == 0 else { return nil }
        return Base64Run(
            text: position..<next, offset: decoded, length: count / 4 * 3 - pads,
            layout: Base64Layout(columns: columns, hasReturns: first.endLength == 2, endsLine: endsLine))
    }

    /// A shorter line that ends the text with whole groups.
    private func lastLine(_ start: Int, columns: Int, aligned count: Int) -> Line? {
        let line = line(at: start)
        guard !line.digits.isEmpty, line.digits.count <= columns, (count + line.digits.count) % 4 == 0,
            padding(line.digits) != nil
        else { return nil }
        return line
    }

    private func isLine(_ start: Int, _ columns: Int, _ endLength: Int) -> Bool {
        let feed = start + columns + endLength - 1
        guard bytes[feed] == 0x0A, (bytes[feed - 1] == 0x0D) == (endLength == 2) else { return false }
        return !isCareful || padding(start..<start + columns) == 0
    }

    /// Equals signs at the end of `range`; nil where it holds anything else than digits before them.
    private func padding(_ range: Range<Int>) -> Int? {
        let pads = trailingPadding(range.upperBound)
        guard pads < range.count else { return nil }
        var all: UInt8 = 0
        Base64.digitValues.withUnsafeBufferPointer { values in
            for index in range.lowerBound..<range.upperBound - pads { all |= values[Int(bytes[index])] }
        }
        return all & 0x80 == 0 ? pads : nil
    }

    /// At most two.
    private func trailingPadding(_ end: Int) -> Int {
        guard end >= 2, bytes[end - 1] == UInt8(ascii: "=") else { return 0 }
        return bytes[end - 2] == UInt8(ascii: "=") ? 2 : 1
    }

    /// Passes over a line as the decoder does.
    private mutating func passLine() {
        let next = line(at: position).next
        for index in position..<next {
            if bytes[index] == UInt8(ascii: "=") {
                decoded += max(pending - 1, 0)
                pending = 0
            } else if Base64.digitValues[Int(bytes[index])] < 64 {
                pending += 1
                if pending == 4 {
                    decoded += 3
                    pending = 0
                }
            }
        }
        position = next
    }
}
