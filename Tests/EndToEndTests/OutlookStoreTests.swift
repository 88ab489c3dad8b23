import Foundation
import TestSupport
import Testing

/// A backup into PSTs that Outlook made.
@Suite("A PST that Outlook made", .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"))
struct OutlookStoreTests {
    /// The Unicode ones.
    private static func files() -> [String] {
        guard let shared = SharedMaterial.folder else { return [] }
        let folder = shared + "/corpus/pst"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".pst") }.sorted().map { "\(folder)/\($0)" }.filter { path in
            let handle = FileHandle(forReadingAtPath: path)
            let start = (try? handle?.read(upToCount: 12)) ?? Data()
            return start.count == 12 && start[10] == 23
        }
    }

    @Test("gets our folders, keeps what it has as it is, and is updated like one of ours", arguments: files())
    func addition(file: String) throws {
        let place = try BackupPlace(messages: 6)
        let pst = place.path("outlook.pst")
        try FileManager.default.copyItem(atPath: file, toPath: pst)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: pst)
        let before = try inventory(pst)
        let errors = try errorCount(pst)
        let first = try place.copy(to: pst, "--since-state", "last")
        #expect(first.status == 0, "\(first.transcript)")
        #expect(try BackupPlace.numbers(in: pst) == Array(1...6))
        try place.deliver(7...9)
        try place.remove(4)
        let second = try place.copy(to: pst, "--since-state", "last", "--deleted", "mirror")
        #expect(second.status == 0, "\(second.transcript)")
        #expect(try BackupPlace.numbers(in: pst) == [1, 2, 3, 5, 6, 7, 8, 9])
        let after = try inventory(pst)
        let lost = before.messages.subtracting(after.messages)
        #expect(lost.isEmpty, "\(lost.count) of \(before.messages.count): \(lost.first ?? "")")
        let ours = after.messages.subtracting(before.messages)
        #expect(ours.count == 8)
        #expect(ours.allSatisfy { $0.contains("@example.org>") && $0.contains("number ") })
        for (path, counts) in before.folders { #expect(after.folders[path] == counts, "\(path)") }
        #expect(try errorCount(pst) <= errors)
    }

    /// Lines of messages, and of folders what they hold, by path.
    private func inventory(_ pst: String) throws -> (messages: Set<String>, folders: [[String]: [Int]]) {
        let shared = try #require(SharedMaterial.folder)
        let run = try CommandRun.run(shared + "/tools/pstcheck", ["--inventory", pst])
        var messages: Set<String> = []
        var folders: [[String]: [Int]] = [:]
        for line in run.outputText.split(separator: "\n") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            if object["kind"] as? String == "folder", let path = object["path"] as? [String] {
                folders[path] = ["count", "assoc", "unread"].map { object[$0] as? Int ?? -1 }
            } else {
                messages.insert(String(line))
            }
        }
        #expect(!folders.isEmpty)
        return (messages, folders)
    }

    private func errorCount(_ pst: String) throws -> Int {
        let shared = try #require(SharedMaterial.folder)
        let run = try CommandRun.run(shared + "/tools/pstcheck", ["--max", "1", pst])
        let line = try #require(run.outputText.split(separator: "\n").last { $0.contains(" errors, ") })
        let word = try #require(line.components(separatedBy: " errors, ").first?.split(separator: " ").last)
        return try #require(Int(word), "\(run.transcript)")
    }
}
