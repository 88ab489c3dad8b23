import BinaryIO
import Foundation
import MAPI
import TestSupport
import Testing

@testable import Conversion

@Suite(
    "The original bytes of real mail",
    .enabled(if: SharedMaterial.isAvailable, Comment(rawValue: SharedMaterial.skipReason)))
struct OriginalCorpusTests {
    /// Paths of all files below a folder of the corpus.
    private func files(_ folder: String) -> [String] {
        let top = (SharedMaterial.folder ?? "") + "/corpus/" + folder
        let names = FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []
        return names.sorted().map { top + "/" + $0 }.filter { path in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
        }
    }

    @Test("Every message comes back with the digest it came with", arguments: ["eml", "maildir"])
    func comesBack(_ folder: String) throws {
        let paths = files(folder)
        #expect(paths.count > 500)
        var originals = 0
        var containers = 0
        for path in paths {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            let message = imported(bytes).message
            guard let container = original(of: message) else {
                Issue.record("nothing kept of \(path)")
                continue
            }
            originals += bytes.count
            containers += container.count
            do {
                let sha = SHA256()
                try OriginalMessage.rebuild(from: container, message: message) { sha.update($0) }
                #expect(sha.finish() == Digest.sha256(bytes), "\(path)")
            } catch {
                Issue.record("\(path): \(error)")
            }
        }
        // Far less than a second copy.
        #expect(containers < originals / 3)
    }
}
