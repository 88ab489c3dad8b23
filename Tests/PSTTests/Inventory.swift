import Foundation
import TestSupport
import Testing

/// What the independent checker of the shared test material sees in a PST: `pstcheck --inventory`.
struct Inventory {
    typealias Line = [String: Any]

    let folders: [Line]
    /// In the order of the folders, and in each in the order of its contents table.
    let messages: [Line]

    init(of path: String) throws {
        let tool = try #require(SharedMaterial.folder) + "/tools/pstcheck"
        let run = try CommandRun.run(tool, ["--inventory", path])
        let lines = try run.outputText.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Line)
        }
        folders = lines.filter { $0["kind"] as? String == "folder" }
        messages = lines.filter { $0["kind"] as? String == "message" && $0["assoc"] as? Bool == false }
    }
}
