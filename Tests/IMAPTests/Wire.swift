import IMAPGrammar
import NIOCore
import NIOEmbedded
import NIOSSL

@testable import IMAP

/// A protocol handler on a channel that a test is the other end of. No socket, and a clock of its own.
final class Wire {
    let channel: EmbeddedChannel
    let greeting = CommandCompletion()
    let end = ConnectionEnd()
    /// TLS began.
    private(set) var tlsStarts = 0

    init(readTimeout: TimeAmount = .seconds(60)) throws {
        channel = EmbeddedChannel()
        let handler = ProtocolHandler(greeting: greeting, end: end, readTimeout: readTimeout) { throw TLSBegins() }
        try channel.pipeline.syncOperations.addHandler(handler)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 143), promise: nil)
    }

    /// What the server sends.
    func receive(_ text: String) throws { try receive(Array(text.utf8)) }

    func receive(_ bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }

    /// What the client has sent since the last look.
    func sentBytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        return bytes
    }

    func sent() throws -> String { String(decoding: try sentBytes(), as: UTF8.self) }

    @discardableResult
    func give(_ text: CommandText, receiver: (any ResponseReceiver)? = nil) -> ClientCommand {
        give(ClientCommand(text: text, receiver: receiver))
    }

    @discardableResult
    func give(_ command: ClientCommand) -> ClientCommand {
        channel.writeAndFlush(command, promise: nil)
        channel.embeddedEventLoop.run()
        return command
    }
}

/// Thrown where a real channel would get TLS.
struct TLSBegins: Error {}

extension ClientCommand {
    var condition: StatusResponse.Condition? {
        if case .success(let status)? = completion.finished { status.condition } else { nil }
    }

    var failure: IMAPError? {
        if case .failure(let error)? = completion.finished { error } else { nil }
    }
}
