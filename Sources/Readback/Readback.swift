public import PST
import PSTNDB

/// The second look of `verify`, product contract 3.4 (b): a PST is read item by item through libpst, which has nothing
/// in common with our own code, and compared with what our own reader finds in it.
///
/// libpst trusts its input: run this only on a file in which the structural check found no error.
public struct Readback {
    /// The PST.
    public let path: String
    /// The program that reads, with its arguments; the last is the path of the PST.
    public var program: [String]
    /// Seconds without a sign of life after which libpst counts as hung.
    public var silence = 120

    /// The subcommand that calls ``LibpstDump/run(path:)``.
    public static let hiddenCommand = "libpst-reader"

    /// - Parameter path: read by this very program, started anew with ``hiddenCommand``.
    public init(path: String) {
        self.path = path
        program = [ProgramPath.own, Self.hiddenCommand, path]
    }

    public struct Summary: Sendable {
        /// Items that both readers gave.
        public var compared = 0
        /// Items in which they agree.
        public var equal = 0
        public var differences = 0
        /// Items of which libpst cannot read a part though they are sound; that part is compared by nobody.
        public var beyondLibpst = 0
    }

    /// Compares libpst's view with that of `reader`.
    /// - Parameter report: gets each difference, in the order in which libpst reads.
    public func run(reader: PSTReader, report: @escaping (ReadbackDifference) -> Void) -> Summary {
        var comparison = ReaderComparison(reader: reader, report: report)
        let process = ReadingProcess(program: program, silence: silence)
        let outcome = process.run(prepare: { comparison.prepare() }, { comparison.take($0) })
        if case .failed(let reason) = outcome {
            comparison.fail(reason)
        } else {
            comparison.finish()
        }
        return comparison.summary
    }
}

/// One thing in which two looks at an item differ.
public struct ReadbackDifference: Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        case field = "differs"
        case missing = "is missing"
        case unexpected = "is not expected"
        case unreadable = "cannot be read"
        case reader = "libpst failed"
    }

    public let kind: Kind
    /// NID; 0 where there is none.
    public let node: UInt32
    public let folder: [String]
    /// The subject, or what else names the item.
    public let item: String
    public let field: String
    public let expected: String
    public let found: String

    /// What to do, as a sentence.
    public var remedy: String {
        switch kind {
        case .field: "Fetch the message from the source again and compare it; if both agree, one of the readers errs."
        case .missing: "Copy the mailbox again; the message is not in the PST."
        case .unexpected: "Nothing is lost; the PST has more than was expected."
        case .unreadable: "Open the message in Outlook; if it is whole there, the reader errs."
        case .reader: "The file may be damaged where only libpst looks; make it again, and compare."
        }
    }

    public var description: String {
        var text = kind.rawValue
        if !folder.isEmpty || !item.isEmpty {
            text = "\(folder.joined(separator: "/")): \"\(Self.excerpt(item))\" \(text)"
        }
        if node != 0 { text += " (NID 0x\(String(node, radix: 16, uppercase: true)))" }
        if !field.isEmpty {
            text += ", \(field): found \"\(Self.excerpt(found))\", expected \"\(Self.excerpt(expected))\""
        }
        return text
    }

    private static func excerpt(_ text: String) -> String {
        let line = String(text.map { $0.isNewline ? " " : $0 })
        return line.count > 80 ? String(line.prefix(80)) + "…" : line
    }
}
