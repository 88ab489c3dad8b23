import Foundation
import TestSupport

/// The code blocks of a document, as what they are.
struct DocumentExamples {
    enum Kind {
        /// A command as it is typed, and what the document shows of its output; empty: nothing is shown.
        case command(String, output: [String])
        /// All that a command can be given.
        case synopsis(String)
        case configuration(String)
        /// Other people's files: their languages are not ours to check.
        case other(String)
    }

    struct Example {
        let kind: Kind
        /// Of the first line, from 1.
        let line: Int
    }

    /// From the checkout.
    let document: String
    let examples: [Example]

    static func all() throws -> [DocumentExamples] {
        try (["README.md"] + Checkout.files(below: ["docs"], suffix: ".md")).map { document in
            DocumentExamples(document: document, text: try Checkout.text(of: document))
        }
    }

    init(document: String, text: String) {
        self.document = document
        examples = Self.blocks(of: text).flatMap { Self.examples(in: $0) }
    }

    private struct Block {
        var language: String
        var line: Int
        var lines: [String] = []
    }

    /// Fenced blocks, and those that are indented by four blanks.
    private static func blocks(of text: String) -> [Block] {
        var blocks: [Block] = []
        var open: Block?
        var wasEmpty = true
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).enumerated()
        {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            let isFence = trimmed.hasPrefix("```")
            if let block = open, block.language == indented, !line.isEmpty, !line.hasPrefix("    ") {
                blocks.append(block)
                open = nil
            }
            switch open {
            case let block? where block.language != indented && isFence:
                blocks.append(block)
                open = nil
            case let block?:
                open?.lines.append(block.language == indented ? String(line.dropFirst(4)) : line)
            case nil where isFence:
                open = Block(language: String(trimmed.dropFirst(3)), line: index + 2)
            case nil where wasEmpty && line.hasPrefix("    "):
                open = Block(language: indented, line: index + 1, lines: [String(line.dropFirst(4))])
            case nil: break
            }
            wasEmpty = line.isEmpty
        }
        if let open { blocks.append(open) }
        return blocks
    }

    private static let indented = "indented"

    private static func examples(in block: Block) -> [Example] {
        switch block.language {
        case "toml": return [Example(kind: .configuration(block.lines.joined(separator: "\n")), line: block.line)]
        case indented, "", "sh", "console", "bash": break
        default: return [Example(kind: .other(block.lines.joined(separator: "\n")), line: block.line)]
        }
        let text = block.lines.joined(separator: "\n")
        if isConfiguration(block.lines) { return [Example(kind: .configuration(text), line: block.line)] }
        if block.lines.first?.hasPrefix("#!/") == true {
            return [Example(kind: .command(text, output: []), line: block.line)]
        }
        if block.lines.contains(where: { $0.contains("[--") }) {
            return [Example(kind: .synopsis(text), line: block.line)]
        }
        return commands(in: block)
    }

    /// Whether every line is one of a TOML file.
    private static func isConfiguration(_ lines: [String]) -> Bool {
        let line = /\s*(?:#.*|\[[^\]]+\]|[\w.-]+ += +(?:["'\[{0-9]|true|false).*)?/
        return lines.contains { $0.contains(" = ") } && lines.allSatisfy { $0.wholeMatch(of: line) != nil }
    }

    private static func commands(in block: Block) -> [Example] {
        var found: [Example] = []
        var others: [String] = []
        var rest = ArraySlice(block.lines.enumerated())
        let hasPrompts = block.lines.contains { $0.hasPrefix("$ ") }
        while let (index, line) = rest.popFirst() {
            guard var command = command(in: line, hasPrompts: hasPrompts) else {
                if hasPrompts, let last = found.last, case .command(let text, let output) = last.kind {
                    found[found.count - 1] = Example(kind: .command(text, output: output + [line]), line: last.line)
                } else {
                    others.append(line)
                }
                continue
            }
            while command.hasSuffix("\\"), let (_, more) = rest.popFirst() {
                command = command.dropLast() + more.trimmingCharacters(in: .whitespaces)
            }
            found.append(Example(kind: .command(command, output: []), line: block.line + index))
        }
        if others.contains(where: { !$0.isEmpty }) {
            found.append(Example(kind: .other(others.joined(separator: "\n")), line: block.line))
        }
        return found
    }

    /// The command of a line: after a prompt, after the times of cron (and a user), before an explanation.
    private static func command(in line: String, hasPrompts: Bool) -> String? {
        var text = line
        if hasPrompts {
            guard line.hasPrefix("$ ") else { return nil }
            text = String(line.dropFirst(2))
        }
        if let times = text.prefixMatch(of: /(?:[0-9*\/,-]+ +){5}(?:root +)?/) {
            text = String(text[times.range.upperBound...])
        }
        if let explanation = text.firstMatch(of: /[ ]{3,}\S/) { text = String(text[..<explanation.range.lowerBound]) }
        let word = text.prefix { $0 != " " }
        let isProgram = word == "mailbackup" || word.hasPrefix("Scripts/") || ExampleTable.reason(notToRun: text) != nil
        return hasPrompts || isProgram ? text : nil
    }
}
