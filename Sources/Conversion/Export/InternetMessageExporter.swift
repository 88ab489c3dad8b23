public import BinaryIO
public import MAPI
internal import MIME

/// How messages are written.
public struct ExportOptions: Sendable {
    public enum LineEnd: Sendable {
        /// As on the wire, RFC 5322 2.1.
        case crlf
        /// As in a Maildir.
        case lf
    }

    /// Everywhere, inside signed entities too: there CRLF becomes LF and nothing else changes. IMAP servers and
    /// mail programs restore CRLF before they check a signature, which stays valid thereby.
    public var lineEnd: LineEnd

    public init(lineEnd: LineEnd = .crlf) {
        self.lineEnd = lineEnd
    }
}

/// Why a message could not be written to its end.
public enum ExportError: Error, Hashable, Sendable {
    /// The sink failed.
    case output(StorageError)
    /// An attachment could not be read: its name and what its store said.
    case attachment(name: String, reason: String)
}

/// A MAPI message to RFC 5322 and MIME — [MS-OXCMAIL] 2.1.
///
/// The same message gives the same bytes: no clock, nothing random. Headers are those that came with the message
/// where it has some, otherwise they are made from its properties. Everything is ASCII but what was 8-bit before:
/// headers that were received, and entities under a signature.
public struct InternetMessageExporter: Sendable {
    let options: ExportOptions

    public init(options: ExportOptions) {
        self.options = options
    }

    /// Writes all of the message; large attachments are read and encoded piece by piece.
    /// - Returns: what the message does not show as it was, such as an address without a counterpart on the
    ///   internet; one line each, without a full stop.
    /// - Throws: where the sink or the stream of an attachment fails; what was written until then is no message.
    public func export(
        _ message: MessageObject, to sink: inout some ByteSink
    ) throws(ExportError) -> [String] {
        let record = ExportRecord()
        let key = ExportKey(root: message)
        let composed = MessageExport(message: message, key: key, depth: 0, record: record).composed()
        var output = MessageOutput(sink: sink, lineEnd: options.lineEnd)
        defer { sink = output.sink }
        try output.write(composed)
        try output.flush()
        return record.problems
    }
}

/// What a message and the ones embedded in it share while they are written.
final class ExportRecord {
    private(set) var problems: [String] = []

    func report(_ problem: String) {
        let line = problem.singleLine
        if problems.count < ExportLimits.problemCount, !problems.contains(line) { problems.append(line) }
    }
}
