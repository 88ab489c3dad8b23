import NIOCore
import NIOPosix
import Synchronization

/// A server on this machine that says what a test wants it to say.
package final class ScriptedServer: Sendable {
    package enum Step: Sendable {
        /// "$TAG" stands for the tag of the command.
        case send(String)
        case sendBytes([UInt8])
        case close
    }

    /// What to do about a line: the number of the connection, from 1, and the line without its end; an empty line asks
    /// for the greeting.
    package typealias Script = @Sendable (Int, String) -> [Step]

    private let channel: any Channel
    private let log: Log

    package var port: Int { channel.localAddress?.port ?? 0 }
    /// Everything that clients sent.
    package var lines: [String] { log.lines.withLock { $0 } }
    package var connections: Int { log.connections.withLock { $0 } }

    fileprivate final class Log: Sendable {
        let lines = Mutex<[String]>([])
        let connections = Mutex(0)
    }

    package init(_ script: @escaping Script) async throws {
        let log = Log()
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = log.connections.withLock { count in
                        count += 1
                        return count
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        ScriptHandler(number: number, log: log, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    package func stop() async { try? await channel.close() }

    deinit { channel.close(promise: nil) }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let number: Int
    private let log: ScriptedServer.Log
    private let script: ScriptedServer.Script
    private var pending: [UInt8] = []

    init(number: Int, log: ScriptedServer.Log, script: @escaping ScriptedServer.Script) {
        self.number = number
        self.log = log
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) { perform("", context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pending += Array(unwrapInboundIn(data).readableBytesView)
        while let end = pending.firstIndex(of: 0x0A) {
            var line = Array(pending[..<end])
            pending.removeSubrange(...end)
            if line.last == 0x0D { line.removeLast() }
            let text = String(decoding: line, as: UTF8.self)
            log.lines.withLock { $0.append(text) }
            perform(text, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func perform(_ line: String, _ context: ChannelHandlerContext) {
        let tag = line.split(separator: " ").first.map(String.init) ?? "*"
        for step in script(number, line) {
            switch step {
            case .send(let text):
                context.writeAndFlush(
                    wrapOutboundOut(ByteBuffer(string: text.replacing("$TAG", with: tag))), promise: nil)
            case .sendBytes(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .close:
                context.close(promise: nil)
                return
            }
        }
    }
}
