import Foundation
import TestSupport

/// The table of modules in `docs/architecture.md`: who lives where and may import whom.
struct ModuleTable {
    struct Row {
        let module: String
        let folder: String
        let mayImport: Set<String>
    }

    let rows: [Row]

    /// What the table names without quotes.
    private static let groups: [String: Set<String>] = [
        "the C decompressors": ["CZlib", "CZstd", "CBzip2", "CLzma", "CLz4"],
        "the stores": ["Maildir", "PSTStore", "IMAPStore"],
        "ArgumentParser": ["ArgumentParser"],
    ]

    init() throws {
        rows = try Checkout.text(of: "docs/architecture.md").split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, cells[0].hasPrefix("`"), cells[1].hasPrefix("`Sources/") else { return nil }
            var mayImport = Set(Self.quoted(cells[3]))
            for (name, members) in Self.groups where cells[3].contains(name) { mayImport.formUnion(members) }
            return Row(
                module: Self.quoted(cells[0]).joined(), folder: Self.quoted(cells[1]).joined(), mayImport: mayImport)
        }
    }

    /// The row whose folder a file is in.
    func row(of file: String) -> Row? {
        rows.first { file.hasPrefix($0.folder + "/") }
    }

    private static func quoted(_ cell: String) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }
}
