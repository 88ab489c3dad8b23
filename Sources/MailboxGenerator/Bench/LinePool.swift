import Foundation

/// Lines made once and then copied from, starting at random places: what a message is filled with.
struct LinePool {
    /// Bytes a base64 line of 76 characters stands for.
    static let base64LineBytes = 57

    private let bytes: [UInt8]
    /// Where each line begins, and the end of the last.
    private let starts: [Int]

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
        self.starts = starts
    }

    /// Whole lines of about `size` bytes together: at least one, and less than one line more.
    func write(_ size: Int, into file: inout FileWriter, using random: inout SplitMix64) throws {
        let lineCount = starts.count - 1
        var line = random.below(lineCount)
        var left = size
        repeat {
            let start = starts[line]
            // As many lines as still fit, in one piece.
            var end = line + 1
            while end < lineCount, starts[end] - start < left { end += 1 }
            let piece = bytes[start..<starts[end]]
            try file.write(piece)
            left -= piece.count
            line = end == lineCount ? 0 : end
        } while left > 0
    }

    /// Exactly `count` lines.
    func write(lines count: Int, into file: inout FileWriter) throws {
        let lineCount = starts.count - 1
        var left = count
        while left > 0 {
            let piece = min(left, lineCount)
            try file.write(bytes[0..<starts[piece]])
            left -= piece
        }
    }

    /// Paragraphs of plain text in UTF-8, or in ASCII alone.
    static func text(_ size: Int, words: [String], using random: inout SplitMix64) -> LinePool {
        var bytes: [UInt8] = []
        var column = 0
        while bytes.count < size {
            let word = random.pick(words)
            if column + word.utf8.count > 72 {
                bytes.append(UInt8(ascii: "\n"))
                if random.below(6) == 0 { bytes.append(UInt8(ascii: "\n")) }
                column = 0
            } else if column > 0 {
                bytes.append(UInt8(ascii: " "))
            }
            bytes += word.utf8
            column += word.utf8.count + 1
        }
        bytes.append(UInt8(ascii: "\n"))
        return LinePool(bytes)
    }

    /// HTML paragraphs in quoted-printable.
    static func html(_ size: Int, using random: inout SplitMix64) -> LinePool {
        var bytes: [UInt8] = []
        while bytes.count < size {
            bytes += #"<p style=3D"margin:0 0 1em 0; font-family: Calibri, sans-serif">"#.utf8
            bytes += "=\n".utf8
            for _ in 0..<(4 + random.below(10)) {
                var line = (0..<7).map { _ in random.pick(Vocabulary.plainWords) }.joined(separator: " ")
                switch random.below(6) {
                case 0: line += " gr=C3=BC=C3=9Fe <b>" + random.pick(Vocabulary.plainWords) + "</b>"
                case 1: line = #"<a href=3D"https://www.example.com/a?b=3D1">link</a> "#
                default: break
                }
                bytes += line.utf8
                bytes += " =\n".utf8
            }
            bytes += "</p>\n".utf8
        }
        return LinePool(bytes)
    }

    /// Random bytes in base64, ``base64LineBytes`` a line.
    static func base64(_ size: Int, using random: inout SplitMix64) -> LinePool {
        var raw: [UInt8] = []
        while raw.count < size / 77 * base64LineBytes {
            withUnsafeBytes(of: random.next()) { raw.append(contentsOf: $0) }
        }
        raw.removeLast(raw.count % base64LineBytes)
        let text = Data(raw).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
        return LinePool(Array(text.utf8) + [UInt8(ascii: "\n")])
    }
}
