import BinaryIO
import Foundation
import MailStore
import TestSupport
import Testing

@testable import Maildir

@Suite("Compressed messages")
struct CompressionTests {
    let place: TemporaryFolder
    let tree: MaildirTree

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
    }

    static let tools = [
        ["gzip", "-c"], ["bzip2", "-c"], ["xz", "-c"], ["zstd", "-q", "-c"], ["lz4", "-q", "-c"],
    ]

    /// What a compressor makes of `input`; nil where the tool is not installed.
    private func compress(_ input: [UInt8], with command: [String]) throws -> [UInt8]? {
        let file = place.path("plain")
        try Data(input).write(to: URL(fileURLWithPath: file))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command + [file]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? Array(output) : nil
    }

    private func open(_ content: [UInt8]) async throws -> (bytes: [UInt8], problems: [String]) {
        try tree.addFile("cur/1:2,S", content)
        let store = try MaildirStore(path: tree.path, layout: nil)
        let inbox = try await store.folder("INBOX")
        let row = try #require(try await store.contents(of: inbox).rows.first)
        let message = try await store.open(row, in: inbox)
        guard case .internet(let file) = message.content else { return ([], ["no internet message"]) }
        return (file.withUnsafeBytes { Array($0) }, message.problems)
    }

    private static let mail = Array(
        ("Subject: compressed\n\n" + (0..<20_000).map { "line \($0)\n" }.joined()).utf8)

    @Test("A file of each compression is given as it was", arguments: tools)
    func plainAgain(command: [String]) async throws {
        let content = try #require(try compress(Self.mail, with: command), "\(command[0]) is needed for this test")
        let opened = try await open(content)
        #expect(opened.bytes == Self.mail)
        #expect(opened.problems == [])
    }

    @Test("Streams that follow each other in a file are one message", arguments: tools)
    func concatenated(command: [String]) async throws {
        let one = try #require(try compress(Array("Subject: one\n\n".utf8), with: command))
        let two = try #require(try compress(Array("two\n".utf8), with: command))
        #expect(try await open(one + two).bytes == Array("Subject: one\n\ntwo\n".utf8))
    }

    @Test("A damaged or cut file is kept as it is, with a problem", arguments: tools)
    func damaged(command: [String]) async throws {
        let whole = try #require(try compress(Self.mail, with: command))
        var flipped = whole
        for index in (whole.count / 2)..<(whole.count / 2 + 16) { flipped[index] ^= 0x5A }
        for content in [flipped, Array(whole.dropLast(whole.count / 3)), Array(whole.prefix(24)), whole + [1, 2, 3]] {
            let opened = try await open(content)
            #expect(opened.bytes == content)
            #expect(opened.problems.count == 1)
        }
    }

    @Test("A message larger than what is held in memory goes through a temporary file")
    func spooled() async throws {
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: MaildirLimits.decompressedInMemory * 2 + 17)
        let content = try #require(try compress(large, with: ["gzip", "-1", "-c"]))
        #expect(try await open(content).bytes == large)
    }

    @Test("Dovecot's LZ4 chunks are read")
    func dovecotLZ4() async throws {
        // Two blocks of literals alone: token (length << 4), then the bytes.
        let blocks: [[UInt8]] = [[0x60] + Array("Subjec".utf8), [0x50] + Array("t: x\n".utf8)]
        var content = DovecotLZ4.signature + [0, 1, 0, 0]
        for block in blocks { content += [0, 0, 0, UInt8(block.count)] + block }
        #expect(try await open(content).bytes == Array("Subject: x\n".utf8))
        for damaged in [
            Array(content.dropLast()), content + [0], content + [0, 0, 0, 0], content + [0x7F, 0, 0, 1, 0],
        ] {
            let opened = try await open(damaged)
            #expect(opened.bytes == damaged)
            #expect(opened.problems.count == 1)
        }
    }

    @Test(
        "Mail that begins like a compressed file is mail",
        arguments: ["BZh9 is no header\n", "Dovecot-LZ4 is dull: 1\n\n", "(\n", "B", "", "Delivered-To: x\n\n"])
    func plain(text: String) async throws {
        let opened = try await open(Array(text.utf8))
        #expect(opened.bytes == Array(text.utf8))
        #expect(opened.problems == [])
    }
}
