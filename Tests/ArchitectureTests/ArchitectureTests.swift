import Foundation
import TestSupport
import Testing

/// The rules of the house, read from the files themselves.
@Suite("Architecture")
struct ArchitectureTests {
    private static let sources = Checkout.files(below: ["Sources"], suffix: ".swift")

    /// Part of the system or the toolchain.
    private static let systemModules: Set<String> = [
        "Glibc", "Foundation", "FoundationEssentials", "Dispatch", "Synchronization",
    ]

    /// These must work without Foundation: it is slow, and not needed.
    private static let modulesWithoutFoundation: Set<String> = ["BinaryIO", "MAPI", "PSTNDB", "PSTLTP"]

    /// No part of the product, hence not in the table: writes the mailboxes for tests and benchmarks.
    private static let generator = "Sources/MailboxGenerator/"

    @Test("Every file imports only what the table of modules allows")
    func imports() throws {
        let table = try ModuleTable()
        try #require(table.rows.count > 10)
        var violations: [String] = []
        for file in Self.sources {
            let imports = try Self.imports(of: file)
            guard !file.hasPrefix(Self.generator) else {
                let foreign = imports.subtracting(Self.systemModules).subtracting(["ArgumentParser"])
                if !foreign.isEmpty { violations.append("\(file): \(foreign)") }
                continue
            }
            guard let row = table.row(of: file) else {
                violations.append("\(file): its module is not in docs/architecture.md")
                continue
            }
            let foreign = imports.subtracting(Self.systemModules).subtracting(row.mayImport)
            if !foreign.isEmpty { violations.append("\(file): \(foreign.sorted())") }
            if Self.modulesWithoutFoundation.contains(row.module),
                imports.contains(where: { $0.hasPrefix("Foundation") })
            {
                violations.append("\(file): Foundation")
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test("Every module of the table exists, and imports go downward only")
    func layers() throws {
        let table = try ModuleTable()
        var above: Set<String> = []
        for row in table.rows.sorted(by: { Self.reach($0.module, table) > Self.reach($1.module, table) }) {
            above.insert(row.module)
            #expect(Checkout.exists(row.folder), "\(row.folder)")
            #expect(row.mayImport.isDisjoint(with: above), "\(row.module) imports what imports it")
        }
    }

    @Test(
        "No source holds what stops the process or was left undone",
        arguments: [
            #"try!"#, #"fatalError\("#, #"\bas!"#, #"\bTODO\b"#, #"\bFIXME\b"#, #"\bXXX\b"#, #"preconditionFailure\("#,
        ])
    func forbidden(pattern: String) throws {
        let regex = try Regex(pattern)
        let found = try Self.sources.flatMap { file in
            try Checkout.text(of: file).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .filter { $0.element.contains(regex) }.map { "\(file):\($0.offset + 1): \($0.element)" }
        }
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    @Test("No Swift file has more than 400 lines")
    func length() throws {
        let long = try Checkout.files(below: ["Sources", "Tests"], suffix: ".swift").filter {
            try Checkout.text(of: $0).split(separator: "\n", omittingEmptySubsequences: false).count > 401
        }
        #expect(long.isEmpty, "\(long)")
    }

    @Test("No file names a path of somebody's machine")
    func machinePaths() throws {
        // Put together, because this file is searched too.
        let path = try Regex("(^|[^A-Za-z0-9.])/" + "(work/|root/|opt/swift|farm/)")
        let found = try
            (Checkout.files(below: ["Sources", "Tests", "Scripts", "docs", ".ci"]) + ["README.md", "Package.swift"])
            .filter { try Checkout.text(of: $0).contains(path) }
        #expect(found.isEmpty, "\(found)")
    }

    @Test("docs/specifications.md is what Scripts/specifications prints")
    func specifications() throws {
        let run = try CommandRun.run(Checkout.path + "/Scripts/specifications", []).succeeded()
        let text = try Checkout.text(of: "docs/specifications.md")
        #expect(text == run.outputText, "print it again: Scripts/specifications >docs/specifications.md")
    }

    @Test("Every file that a document names exists")
    func namedFiles() throws {
        let documents = Checkout.files(below: ["docs"], suffix: ".md") + ["README.md"]
        for document in documents {
            for match in try Checkout.text(of: document).matches(
                of: /`((?:Sources|Tests|Scripts|docs)\/[^`*… ]+)[^`]*`/)
            {
                #expect(Checkout.exists(String(match.output.1)), "\(document) names \(match.output.1)")
            }
        }
    }

    private static func imports(of file: String) throws -> Set<String> {
        let pattern =
            /(?:@\w+(?:\([^)]*\))? +)*(?:(?:public|package|internal|fileprivate|private) +)?import +(?:(?:struct|class|enum|protocol|func|let|var|typealias) +)?(\w+)/
        let lines = try Checkout.text(of: file).split(separator: "\n")
        return Set(
            lines.compactMap { line in
                line.trimmingCharacters(in: .whitespaces).prefixMatch(of: pattern).map { String($0.output.1) }
            })
    }

    /// How many modules of the table can be reached from one; larger than that of any module it imports.
    private static func reach(_ module: String, _ table: ModuleTable) -> Int {
        var seen: Set<String> = []
        var next = [module]
        while let name = next.popLast() {
            guard seen.insert(name).inserted else { continue }
            next += table.rows.first { $0.module == name }?.mayImport ?? []
        }
        return seen.count
    }
}
