import IMAPGrammar
import NIOCore
import NIOEmbedded
import Testing

@testable import IMAP

@Suite("The protocol on a connection")
struct ProtocolHandlerTests {
    private func greeted(_ wire: Wire) throws { try wire.receive("* OK hello\r\n") }

    @Test("Nothing is sent before the server has greeted")
    func greeting() throws {
        let wire = try Wire()
        wire.give(CommandText("NOOP"))
        #expect(try wire.sent() == "")
        try greeted(wire)
        #expect(try wire.sent() == "A1 NOOP\r\n")
    }

    @Test("In the midst of a message that trickles the next read waits for two milliseconds, and no other read does")
    func readPause() throws {
        let wire = try Wire()
        let reads = ReadCounter()
        try wire.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        try greeted(wire)
        wire.channel.read()
        #expect(reads.count == 1, "outside a literal")
        wire.give(CommandText("UID FETCH 1 BODY.PEEK[]"))
        try wire.receive("* 1 FETCH (UID 1 BODY[] {1000000}\r\nSubject:")
        wire.channel.read()
        #expect(reads.count == 1)
        wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(2))
        #expect(reads.count == 2, "more may have come meanwhile")
        wire.channel.read()
        #expect(reads.count == 3, "nothing came since")
        try wire.receive([UInt8](repeating: 0x61, count: 64 << 10))
        wire.channel.read()
        #expect(reads.count == 4, "a window's worth came")
        try wire.receive("a")
        wire.channel.read()
        wire.channel.pipeline.fireChannelInactive()
        wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(2))
        #expect(reads.count == 4, "the connection has ended")
    }

    @Test("A command that comes after the end is told why it ended, by the handler and by the connection")
    func late() throws {
        let wire = try Wire()
        try greeted(wire)
        try wire.receive("rubbish\r\n")
        let reason = wire.end.error
        #expect(reason.code == .protocolViolation)
        let late = try #require(wire.give(CommandText("NOOP")).failure)
        #expect(late.code == .protocolViolation && late.isLate, "it was never sent, and is not to blame")
        wire.channel.pipeline.fireChannelInactive()
        #expect(wire.end.error == reason)
    }

    @Test("Commands are sent without waiting, and each is completed by its tag, in any order")
    func pipelining() throws {
        let wire = try Wire()
        try greeted(wire)
        let first = wire.give(CommandText("ONE"))
        let second = wire.give(CommandText("TWO"))
        #expect(try wire.sent() == "A1 ONE\r\nA2 TWO\r\n")
        try wire.receive("A2 NO no\r\nA1 O")
        #expect(second.condition == .no)
        #expect(first.condition == nil)
        try wire.receive("K done\r\n")
        #expect(first.condition == .ok)
    }

    @Test("Untagged responses go to the first command that waits for such")
    func routing() throws {
        let wire = try Wire()
        try greeted(wire)
        let exists = ResponseCollector([UInt32]()) { list, response in
            guard case .exists(let count) = response else { return false }
            list.append(count)
            return true
        }
        let fetched = ResponseCollector([UInt32]()) { list, response in
            guard case .fetch(let message) = response else { return false }
            list.append(message.sequenceNumber)
            return true
        }
        wire.give(CommandText("ONE"), receiver: exists)
        wire.give(CommandText("TWO"), receiver: fetched)
        try wire.receive(
            "* 1 FETCH (UID 1)\r\n* 5 EXISTS\r\n* 2 RECENT\r\nA1 OK x\r\n* 7 EXISTS\r\n* 2 FETCH (UID 2)\r\n")
        #expect(exists.value == [5])
        #expect(fetched.value == [1, 2])
    }

    @Test("A literal waits until the server asks for it, and so does every later command")
    func literals() throws {
        let wire = try Wire()
        try greeted(wire)
        var text = CommandText("LOGIN")
        text.appendString(Array("fr\u{E9}d".utf8))
        text.appendString(Array("p\nw".utf8))
        wire.give(text)
        wire.give(CommandText("NOOP"))
        #expect(try wire.sent() == "A1 LOGIN {5}\r\n")
        try wire.receive("+ go\r\n")
        #expect(try wire.sent() == "fr\u{E9}d {3}\r\n")
        try wire.receive("+ go\r\n")
        #expect(try wire.sent() == "p\nw\r\nA2 NOOP\r\n")
    }

    @Test(
        "What breaks the protocol ends the connection, with an error for every command",
        arguments: [
            "A9 OK never asked\r\n", "+ what?\r\n", "garbage\r\n", "* 1 FETCH (\r\n", "\r\n",
            "* LIST () \"/\" {9999999}\r\n",
        ])
    func violations(text: String) throws {
        let wire = try Wire()
        try greeted(wire)
        let command = wire.give(CommandText("NOOP"))
        try wire.receive(text)
        #expect(command.failure?.code == .protocolViolation)
        #expect(!wire.channel.isActive)
        let later = wire.give(CommandText("NOOP"))
        #expect(later.failure != nil)
    }

    @Test(
        "A server that does not greet as IMAP servers do is refused",
        arguments: ["HTTP/1.1 400 Bad\r\n", "A1 OK x\r\n"])
    func noGreeting(text: String) throws {
        let wire = try Wire()
        try wire.receive(text)
        guard case .failure(let error)? = wire.greeting.finished else {
            Issue.record("greeted")
            return
        }
        #expect(error.code == .protocolViolation)
    }

    @Test("A goodbye is told with what the server said")
    func goodbye() throws {
        let wire = try Wire()
        try greeted(wire)
        let command = wire.give(CommandText("NOOP"))
        try wire.receive("* BYE [UNAVAILABLE] Suggested Backoff Time: 12500 milliseconds\r\n")
        _ = try wire.channel.finish(acceptAlreadyClosed: true)
        #expect(command.failure?.code == .closed)
        #expect(command.failure?.suggestedBackoff == .milliseconds(12_500))
        #expect(command.failure?.isTransient == true)
    }

    @Test("More bytes behind the answer to STARTTLS are refused before TLS begins")
    func injection() throws {
        let wire = try Wire()
        try greeted(wire)
        let command = wire.give(ClientCommand(text: CommandText("STARTTLS"), effect: .startTLS))
        try wire.receive("A1 OK begin\r\n* CAPABILITY AUTH=PLAIN\r\n")
        #expect(command.condition == .ok)
        let later = wire.give(CommandText("CAPABILITY"))
        #expect(later.failure?.code == .security)
        #expect(!wire.channel.isActive)
        #expect(try wire.sent() == "A1 STARTTLS\r\n")
    }

    @Test("Nothing is sent while TLS or compression is being agreed on")
    func exclusive() throws {
        let wire = try Wire()
        try greeted(wire)
        wire.give(CommandText("ONE"))
        wire.give(ClientCommand(text: CommandText("COMPRESS DEFLATE"), effect: .compress))
        wire.give(CommandText("TWO"))
        #expect(try wire.sent() == "A1 ONE\r\n")
        try wire.receive("A1 OK\r\n")
        #expect(try wire.sent() == "A2 COMPRESS DEFLATE\r\n")
        try wire.receive("A2 NO not now\r\n")
        #expect(try wire.sent() == "A3 TWO\r\n")
    }

    @Test("Compressed responses are read wherever a piece of them ends")
    func compression() throws {
        let server = CompressionStream()
        let text = "* 3 EXISTS\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\nA2 OK done\r\n"
        let compressed = server.deflate(Array(text.utf8))
        for cut in 0...compressed.count {
            let wire = try Wire()
            try greeted(wire)
            wire.give(ClientCommand(text: CommandText("COMPRESS DEFLATE"), effect: .compress))
            let command = wire.give(CommandText("TWO"))
            _ = try wire.sent()
            // The first compressed bytes may come with the answer itself.
            try wire.receive(Array("A1 OK deflate\r\n".utf8) + compressed[..<cut])
            let sent = try wire.sentBytes()
            try wire.receive(Array(compressed[cut...]))
            #expect(command.condition == .ok, "cut at \(cut)")
            var plain: [UInt8] = []
            let isWhole = sent.withUnsafeBytes { bytes in
                CompressionStream().inflate(bytes) { plain += $0 }
            }
            #expect(isWhole && plain == Array("A2 TWO\r\n".utf8))
        }
    }

    @Test("Damaged compressed bytes end the connection")
    func damagedCompression() throws {
        let wire = try Wire()
        try greeted(wire)
        wire.give(ClientCommand(text: CommandText("COMPRESS DEFLATE"), effect: .compress))
        try wire.receive("A1 OK deflate\r\n")
        let command = wire.give(CommandText("NOOP"))
        try wire.receive([0xFF, 0xFF, 0xFF, 0xFF])
        #expect(command.failure?.code == .protocolViolation)
    }
}

@Suite("Servers that do not answer")
struct TimeoutTests {
    /// Lets time go by, a second at a time, with something coming each second.
    private func pass(_ seconds: Int, _ wire: Wire, _ each: (Int) throws -> Void = { _ in }) throws {
        for second in 0..<seconds where wire.channel.isActive {
            wire.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            if wire.channel.isActive { try each(second) }
        }
    }

    @Test("A server that does not greet is given up")
    func noGreeting() throws {
        let wire = try Wire()
        try pass(70, wire)
        guard case .failure(let error)? = wire.greeting.finished else {
            Issue.record("still waiting")
            return
        }
        #expect(error.code == .timedOut)
    }

    @Test("A silent server is given up after the read time-out, and not before")
    func silence() throws {
        let wire = try Wire()
        try wire.receive("* OK hello\r\n")
        try pass(500, wire)
        let command = wire.give(CommandText("NOOP"))
        try pass(55, wire)
        #expect(command.completion.finished == nil)
        try pass(15, wire)
        #expect(command.failure?.code == .timedOut)
    }

    @Test("A server that sends a byte a second is given up")
    func slowLoris() throws {
        let wire = try Wire()
        try wire.receive("* OK hello\r\n")
        let command = wire.give(CommandText("NOOP"))
        try pass(80, wire) { _ in try wire.receive("*") }
        #expect(command.failure?.code == .timedOut)
    }

    @Test("A slow literal that keeps coming is waited for")
    func slowLiteral() throws {
        let wire = try Wire()
        try wire.receive("* OK hello\r\n")
        let receiver = ResponseCollector(0) { count, response in
            guard case .fetch = response else { return false }
            count += 1
            return true
        }
        let command = wire.give(CommandText("FETCH"), receiver: receiver)
        try wire.receive("* 1 FETCH (BODY[] {400000}\r\n")
        let piece = [UInt8](repeating: 0x41, count: 1_000)
        try pass(400, wire) { _ in try wire.receive(piece) }
        try wire.receive(")\r\nA1 OK\r\n")
        #expect(command.condition == .ok)
        #expect(receiver.value == 1)
    }

    @Test("A server that chatters and does not answer is given up")
    func chatter() throws {
        let wire = try Wire()
        try wire.receive("* OK hello\r\n")
        let command = wire.give(CommandText("NOOP"))
        let line = "* OK " + String(repeating: "still here ", count: 500) + "\r\n"
        try pass(700, wire) { _ in try wire.receive(line) }
        #expect(command.failure?.code == .timedOut)
    }
}

/// Counts how often more is asked for.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
