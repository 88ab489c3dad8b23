import BinaryIO
import Conversion
import Foundation
import MAPI
import MailStore
import TestSupport
import Testing

/// Every message of the corpus into MAPI and back, without the original bytes.
@Suite(
    "Export of imported mail", .enabled(if: SharedMaterial.isAvailable, "\(SharedMaterial.skipReason)"), .serialized)
struct ExportCorpusTests {
    struct Finding: Hashable {
        let file: String
        let kind: String
        let detail: String
    }

    private static func findings() throws -> (count: Int, findings: [Finding]) {
        let shared = try #require(SharedMaterial.folder)
        let corpus = shared + "/corpus/eml"
        let folder = try TemporaryFolder()
        var list = ""
        let names = try FileManager.default.contentsOfDirectory(atPath: corpus).filter { $0.hasSuffix(".eml") }.sorted()
        for name in names {
            let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(corpus)/\(name)")))
            let exported = try ExportedSample(imported(original).message)
            try PythonParser.write(exported.bytes, to: folder.path(name))
            list += "\(corpus)/\(name)\t\(folder.path(name))\n"
        }
        try PythonParser.write(Array(list.utf8), to: folder.path("list"))
        let script = Checkout.path + "/Tests/ConversionTests/Fixtures/compare_exported.py"
        let run = try CommandRun.run("python3", [script, folder.path("list")]).succeeded()
        let findings = run.outputText.split(separator: "\n").compactMap { line -> Finding? in
            let cells = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            return cells.count == 3 ? Finding(file: cells[0], kind: cells[1], detail: cells[2]) : nil
        }
        return (names.count, findings)
    }

    @Test("What a message says is the same after the way into MAPI and back")
    func comparison() throws {
        let (count, findings) = try Self.findings()
        #expect(count > 2000)
        let unexplained = findings.filter { ExportDifferences.explanation(of: $0) == nil }
        if let path = ProcessInfo.processInfo.environment["MAILBACKUP_EXPORT_FINDINGS"] {
            let lines = unexplained.map { "\($0.file)\t\($0.kind)\t\($0.detail)\n" }.joined()
            try lines.write(toFile: path, atomically: true, encoding: .utf8)
        }
        let shown = unexplained.prefix(20).map { "\($0.file): \($0.kind): \($0.detail)" }.joined(separator: "\n")
        #expect(unexplained.isEmpty, "\(unexplained.count) differences:\n\(shown)")
    }
}

/// Differences that are meant to be, beside those that `compare_exported.py` explains by class.
enum ExportDifferences {
    /// File and kind of the finding, and why.
    private static let known: [String: (kinds: Set<String>, reason: String)] = [
        "bad-date-107.eml": (
            ["missing"], "blanks behind the name of the transfer encoding, which Python stumbles over"
        ),
        "charset-003.eml": (["header"], "the subject is raw Big5, which the import could read and the header not"),
        "rfc2047-028.eml": (["header"], "an encoded word that is not in its charset"),
        "mixed-033.eml": (["missing"], "the form of an alternative that is not the one to show"),
        "smime-signed-009.eml": (["type", "signed"], "a signed message without a signature is ordinary mail"),
        "tnef-001.eml": (["missing"], "the text stands for the TNEF part, which has its own"),
    ]

    static func explanation(of finding: ExportCorpusTests.Finding) -> String? {
        guard let known = known[finding.file], known.kinds.contains(finding.kind) else { return nil }
        return known.reason
    }
}
