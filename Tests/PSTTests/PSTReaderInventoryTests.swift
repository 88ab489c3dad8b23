import BinaryIO
import Foundation
import MAPI
import PST
import PSTNDB
import TestSupport
import Testing

@Suite("A PST that Outlook wrote", .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"))
struct PSTReaderInventoryTests {
    static let names = [
        "2003_high-encryption_quickquick", "2003_no-encryption_quickquick", "Empty", "dist-list", "msgInMsg",
        "nonUnicodeCP932", "sample1", "sample2", "submessage", "testPST", "test_unicode", "unicodeAttachmentFilename",
    ]

    private func path(_ name: String) throws -> String {
        try #require(SharedMaterial.folder) + "/corpus/pst/\(name).pst"
    }

    private func open(_ path: String) throws -> PSTReader {
        try PSTReader.open(FileStorage(path: path, mode: .read))
    }

    /// Every folder with its path as the inventory has it.
    private func folders(of reader: PSTReader) throws -> [(path: [String], id: NodeID)] {
        let tree = reader.folderTree()
        #expect(tree.problems == [])
        let top = try reader.properties(of: tree.top).properties
        let topName = InventoryLines.text(top, PropertyTag.displayName.id) ?? ""
        func names(_ folder: PSTFolder, in all: [PSTFolder]) -> [String] {
            let own = InventoryLines.text(folder.properties, PropertyTag.displayName.id) ?? ""
            let parent = all.first { $0.id == folder.parent }
            return (parent.map { names($0, in: all) } ?? []) + [own]
        }
        let shown = tree.folders.filter { $0.id != tree.top }
        return [([topName], tree.top)] + shown.map { ([topName] + names($0, in: shown), $0.id) }
            + tree.hidden.map { (names($0, in: tree.hidden), $0.id) }
    }

    @Test("has the folders and messages that an independent checker sees, every field the same", arguments: names)
    func inventory(name: String) throws {
        let path = try path(name)
        let inventory = try Inventory(of: path)
        let reader = try open(path)
        #expect(reader.problems == [])
        let folders = try folders(of: reader)
        let expectedFolders = inventory.folders.filter { $0["search"] as? Bool == false }
            .compactMap { $0["path"] as? [String] }.filter { $0 != [""] }
        #expect(Set(folders.map(\.path)) == Set(expectedFolders))
        #expect(folders.count == expectedFolders.count)
        for folder in folders {
            let contents = reader.contents(of: folder.id)
            #expect(contents.problems == [])
            let expected = inventory.messages.filter { $0["folder"] as? [String] == folder.path }
            #expect(contents.rows.count == expected.count, "\(folder.path)")
            var found: [[String]] = []
            for row in contents.rows {
                let message = try reader.message(row.id)
                #expect(message.problems == [])
                #expect(message.parent == folder.id)
                found.append(InventoryLines.lines(of: message.object))
            }
            // The checker lists messages by their ids, this program in the order of the rows.
            let wanted = expected.map { InventoryLines.lines(of: $0) }.sorted { $0.description < $1.description }
            for (found, wanted) in zip(found.sorted { $0.description < $1.description }, wanted) {
                let added = Set(found).subtracting(wanted).sorted()
                #expect(Set(wanted).subtracting(found).sorted() == [], "\(folder.path); instead \(added)")
            }
        }
    }

    @Test("says which format it has", arguments: names)
    func format(name: String) throws {
        let reader = try open(try path(name))
        #expect(reader.format == (["nonUnicodeCP932", "sample2"].contains(name) ? .ansi : .unicode))
    }

    @Test("with strings in a code page names it")
    func codePage() throws {
        #expect(try open(try path("nonUnicodeCP932")).usualCodePage() == 932)
    }
}
