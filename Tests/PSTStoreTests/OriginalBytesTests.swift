import BinaryIO
import Conversion
import Foundation
import MAPI
import MailStore
import PSTStore
import TestSupport
import Testing

@Suite("The original bytes in a PST")
struct OriginalBytesTests {
    /// Writes mail into a PST through the store, and opens that.
    private func stored(_ mail: [[UInt8]], in directory: TemporaryDirectory) async throws -> PSTSource {
        let path = directory.path + "/original.pst"
        let store = try PSTStore.create(at: path, options: PSTStoreOptions(displayName: "Original"))
        let inbox = try await store.createFolder(NewFolder(parent: nil, name: "INBOX", role: .inbox))
        let folder = FolderInfo(id: inbox, path: FolderPath(["INBOX"]), role: .inbox)
        for (number, bytes) in mail.enumerated() {
            let row = ContentsRow(
                id: MessageID(rawValue: "\(number)"), state: MessageState(),
                deliveryTime: FileTime(unixSeconds: 1_700_000_000 + Int64(number)), size: bytes.count)
            let content = bytes.withUnsafeBytes { MappedFile(copying: $0) }
            let message = StoredMessage(row: row, folder: folder, content: .internet(content))
            _ = try await store.save(try store.prepare(message), in: inbox)
        }
        try await store.finish()
        return try PSTSource.open(at: path)
    }

    /// What each message of the inbox gives back, in the order of delivery.
    private func rebuilt(_ source: PSTSource) async throws -> [[UInt8]] {
        let folders = try await source.hierarchy().folders
        let inbox = try #require(folders.first { $0.role == .inbox })
        let rows = try await source.contents(of: inbox).rows
        var mail: [[UInt8]] = []
        for row in rows.sorted(by: { ($0.deliveryTime?.rawValue ?? 0) < ($1.deliveryTime?.rawValue ?? 0) }) {
            guard case .mapi(let message) = try await source.open(row, in: inbox).content,
                case .binary(let container)? = message.properties[OriginalMessage.property]
            else {
                Issue.record("message \(row.id.rawValue) has no original")
                continue
            }
            var bytes: [UInt8] = []
            do {
                try OriginalMessage.rebuild(from: container, message: message) { bytes.append(contentsOf: $0) }
            } catch {
                Issue.record("message \(row.id.rawValue), \"\(message.properties.string(.subject) ?? "")\": \(error)")
            }
            mail.append(bytes)
        }
        return mail
    }

    @Test("A message with an attachment that is streamed comes back through the file")
    func streamed() async throws {
        var generator = SeededGenerator(seed: 7)
        let content = Data((0..<(6 << 20)).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let head = """
            Subject: large
            Content-Type: application/octet-stream; name="large.bin"
            Content-Transfer-Encoding: base64


            """
        let text = content.base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
        let mail = [Array((head + text + "\n").utf8), Array("Subject: small\n\ntext\n".utf8)]
        let directory = try TemporaryDirectory()
        let source = try await stored(mail, in: directory)
        #expect(try await rebuilt(source) == mail)
        let size = try FileManager.default.attributesOfItem(atPath: directory.path + "/original.pst")[.size] as? Int
        #expect(try #require(size) < 8 << 20)
    }

    @Test(
        "Every message of the corpus comes back through the file", .enabled(if: SharedMaterial.isAvailable),
        arguments: ["eml", "maildir"])
    func corpus(_ folder: String) async throws {
        let top = try #require(SharedMaterial.folder) + "/corpus/" + folder
        let names = FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []
        let paths = names.sorted().map { top + "/" + $0 }.filter { path in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
        }
        #expect(paths.count > 500)
        let mail = try paths.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
        let directory = try TemporaryDirectory()
        let result = try await rebuilt(try await stored(mail, in: directory))
        #expect(result.count == mail.count)
        for (path, pair) in zip(paths, zip(mail, result)) { #expect(pair.0 == pair.1, "\(path)") }
    }
}
