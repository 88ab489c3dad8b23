import Foundation
public import Testing

/// Output that is compared with a file of the checkout, which people have looked at.
///
/// `MAILBACKUP_RECORD=1` writes the files anew instead; `git diff` then shows what has changed.
public enum Snapshot {
    private static let isRecording = ProcessInfo.processInfo.environment["MAILBACKUP_RECORD"] == "1"

    /// Expects `text` to be what `file` holds.
    /// - Parameter file: from the checkout.
    public static func expect(
        _ text: String, is file: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let path = "\(Checkout.path)/\(file)"
        if isRecording {
            let directory = (path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            Issue.record("\(file) is missing: MAILBACKUP_RECORD=1 writes it", sourceLocation: sourceLocation)
            return
        }
        let expected = String(decoding: data, as: UTF8.self)
        guard text != expected else { return }
        Issue.record(
            "\(file) is another text (MAILBACKUP_RECORD=1 writes it anew)\n\(difference(expected, text))",
            sourceLocation: sourceLocation)
    }

    /// The first lines that differ.
    private static func difference(_ expected: String, _ found: String) -> String {
        let expected = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let found = found.split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(expected, found).prefix { $0 == $1 }.count
        func text(_ lines: [Substring]) -> String { line < lines.count ? String(lines[line]) : "(the end)" }
        return "line \(line + 1)\n- \(text(expected))\n+ \(text(found))"
    }
}
