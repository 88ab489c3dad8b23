import Foundation
import TestSupport
import Testing

/// The mailboxes that are copied from end to end.
enum TestMailbox: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// What the project carries.
    case sample
    /// A mailbox as Dovecot writes it, and one as Courier does.
    case listreader, oddities
    /// Every single message of the corpus, as it is.
    case eml

    var testDescription: String { rawValue }

    /// Those that can be made here.
    static var available: [TestMailbox] { SharedMaterial.isAvailable ? allCases : [.sample] }

    /// Writes the mailbox into `directory`.
    ///
    /// - Returns: the path of the Maildir.
    func make(in directory: TemporaryDirectory) throws -> String {
        let path = directory.path + "/" + rawValue
        switch self {
        case .sample:
            _ = try CommandRun.run(BuiltProgram.mailboxGenerator, ["sample", path]).succeeded()
        case .listreader, .oddities:
            // The archive, not the folder: it has the delivery times.
            let archive = corpus + "/maildir/\(rawValue).tar.xz"
            _ = try CommandRun.run("tar", ["-xf", archive, "-C", directory.path]).succeeded()
        case .eml:
            for name in ["", "/cur", "/new", "/tmp"] {
                try FileManager.default.createDirectory(atPath: path + name, withIntermediateDirectories: true)
            }
            // Delivered one a minute: messages without Message-ID are told apart by their order.
            let names = try FileManager.default.contentsOfDirectory(atPath: corpus + "/eml").sorted()
            for (index, name) in names.enumerated() {
                let copy = path + "/cur/" + name
                try Data(contentsOf: URL(fileURLWithPath: corpus + "/eml/" + name)).write(
                    to: URL(fileURLWithPath: copy))
                let delivered = Date(timeIntervalSince1970: 1_700_000_000 + Double(index) * 60)
                try FileManager.default.setAttributes([.modificationDate: delivered], ofItemAtPath: copy)
            }
        }
        return path
    }

    private var corpus: String { (SharedMaterial.folder ?? "") + "/corpus" }
}

/// A mailbox and the PST it was copied into.
struct CopiedMailbox: Sendable {
    let maildir: String
    let pst: String
    let run: CommandRun
    private let directory: TemporaryDirectory

    /// The copy of a mailbox, made once for all tests, which only read it; removed when they have ended.
    static func of(_ mailbox: TestMailbox) throws -> CopiedMailbox {
        switch mailbox {
        case .sample: try sample.get()
        case .listreader: try listreader.get()
        case .oddities: try oddities.get()
        case .eml: try eml.get()
        }
    }

    private static let sample = Result { try CopiedMailbox(.sample) }
    private static let listreader = Result { try CopiedMailbox(.listreader) }
    private static let oddities = Result { try CopiedMailbox(.oddities) }
    private static let eml = Result { try CopiedMailbox(.eml) }

    private init(_ mailbox: TestMailbox) throws {
        directory = try TemporaryDirectory(isKeptUntilExit: true)
        maildir = try mailbox.make(in: directory)
        pst = directory.path + "/fredb.pst"
        run = try CommandRun.run(
            BuiltProgram.mailbackup,
            ["copy", "--user", "fredb", "--source", "maildir:\(maildir)", "--out", pst, "--log-format", "json"])
    }

    /// Files that are messages.
    func messageCount() throws -> Int {
        let files = FileManager.default.enumerator(atPath: maildir)?.compactMap { $0 as? String } ?? []
        return files.count { $0.split(separator: "/").dropLast().last.map { ["cur", "new"].contains($0) } ?? false }
    }

    /// A path beside the PST.
    func scratch(_ name: String) -> String { directory.path + "/" + name }
}
