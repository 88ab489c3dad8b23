import Foundation
import TestSupport
import Testing

/// Every example of README.md and docs does what is written there.
@Suite("Examples in the documents", .serialized)
struct DocumentExamplesTests {
    private static let documents = (try? DocumentExamples.all().filter { !$0.examples.isEmpty }) ?? []

    @Test("can be run as they are written, and show what is written", arguments: documents.map(\.document))
    func examples(of document: String) throws {
        let examples = try #require(Self.documents.first { $0.document == document }).examples
        let sandbox = try ExampleSandbox(server: try ExampleServer.shared?.get())
        if let configuration = ExampleTable.configurations[document] { _ = try sandbox.install(configuration) }
        for command in ExampleTable.preparations[document] ?? [] { _ = try sandbox.run(command).succeeded() }
        for example in examples {
            let place: Comment = "\(document):\(example.line)"
            switch example.kind {
            case .command(let command, let output): try check(command, output, sandbox, place)
            case .configuration(let text):
                guard !sandbox.misses(text) else { continue }
                let path = try sandbox.install(text)
                let run = try sandbox.run("mailbackup config check --config '\(path)'")
                #expect(run.status == 0, "\(place): \(run.transcript)")
            case .synopsis(let text): try checkSynopsis(text, place)
            case .other(let text):
                // In another language: of our own commands in it, the options are looked at.
                let lines = text.split(separator: "\n").filter { $0.contains("mailbackup ") }
                try checkSynopsis(lines.joined(separator: "\n"), place)
            }
        }
    }

    private func check(
        _ command: String, _ output: [String], _ sandbox: ExampleSandbox, _ place: Comment
    ) throws {
        guard ExampleTable.reason(notToRun: command) == nil, !sandbox.misses(command) else { return }
        let run = try sandbox.run(command)
        let status = ExampleTable.statuses.first { command.contains($0.part) }?.status ?? 0
        #expect(run.status == status, "\(place): \(command): \(run.transcript)")
        let shown = sandbox.shown(run.outputText)
        for line in ExampleSandbox.comparable(output.joined(separator: "\n")) where !line.isEmpty && line != "…" {
            #expect(shown.contains(line), "\(place): '\(line)' is not in \(run.transcript)")
        }
    }

    /// Names only commands and options that there are.
    private func checkSynopsis(_ text: String, _ place: Comment) throws {
        let dump = try CommandRun.run(BuiltProgram.mailbackup, ["--experimental-dump-help"]).succeeded().outputText
        let names = Set(dump.matches(of: /"(?:name|commandName)" ?: ?"([^"]+)"/).map { String($0.output.1) })
        for match in text.matches(of: /--([a-z][a-z-]*)/) {
            #expect(names.contains(String(match.output.1)), "\(place): --\(match.output.1)")
        }
        for match in text.matches(of: /mailbackup ([a-z]+)/) {
            #expect(names.contains(String(match.output.1)), "\(place): \(match.output.1)")
        }
    }

    @Test("Links of a document lead to files that are there")
    func links() throws {
        for document in ["README.md"] + Checkout.files(below: ["docs"], suffix: ".md") {
            let folder = (document as NSString).deletingLastPathComponent
            for match in try Checkout.text(of: document).matches(of: /\]\(([^):#\s]+)(?:#[^)]*)?\)/) {
                let target = ((folder as NSString).appendingPathComponent(String(match.output.1)) as NSString)
                    .standardizingPath
                #expect(Checkout.exists(target), "\(document): \(match.output.1)")
            }
        }
    }

    @Test("are there, of every kind: the test would else see nothing")
    func kinds() {
        var counts: [String: Int] = [:]
        for example in Self.documents.flatMap(\.examples) {
            switch example.kind {
            case .command(_, let output):
                counts[output.contains { !$0.isEmpty } ? "output" : "command", default: 0] += 1
            case .configuration: counts["configuration", default: 0] += 1
            case .synopsis: counts["synopsis", default: 0] += 1
            case .other: counts["other", default: 0] += 1
            }
        }
        #expect(counts["command", default: 0] > 30, "\(counts)")
        #expect(counts["output", default: 0] > 0 && counts["configuration", default: 0] > 2, "\(counts)")
        #expect(counts["synopsis", default: 0] > 0, "\(counts)")
    }
}
