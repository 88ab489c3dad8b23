import NIOCore
import NIOPosix
import Synchronization

/// Stands between a client and a server, and cuts connections after so many bytes of the server's.
final class CuttingProxy: Sendable {
    private let channel: any Channel
    private let counter: Counter

    var port: Int { channel.localAddress?.port ?? 0 }
    var cuts: Int { counter.cuts.withLock { $0 } }
    /// Bytes of the server's that were handed on, over all connections.
    var bytes: Int { counter.bytes.withLock { $0 } }

    final class Counter: Sendable {
        let cuts = Mutex(0)
        let bytes = Mutex(0)
        /// Bytes until the next cut; nil: no more.
        let nextCut: Mutex<Int?>
        let following: @Sendable () -> Int?

        init(following: @escaping @Sendable () -> Int?) {
            self.following = following
            nextCut = Mutex(following())
        }
    }

    /// - Parameter following: called for the number of bytes until the next cut; nil: no more cuts.
    init(to port: Int, following: @escaping @Sendable () -> Int?) async throws {
        let counter = Counter(following: following)
        self.counter = counter
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop).connect(host: "127.0.0.1", port: port).flatMap { server in
                    client.eventLoop.makeCompletedFuture {
                        try client.pipeline.syncOperations.addHandler(Forwarder(to: server, counter: nil))
                        try server.pipeline.syncOperations.addHandler(Forwarder(to: client, counter: counter))
                    }
                }.flatMap { client.setOption(.autoRead, value: true) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    deinit { channel.close(promise: nil) }
}

private final class Forwarder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: any Channel
    private let counter: CuttingProxy.Counter?

    init(to peer: any Channel, counter: CuttingProxy.Counter?) {
        self.peer = peer
        self.counter = counter
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        guard let counter else {
            peer.writeAndFlush(buffer, promise: nil)
            return
        }
        let passed = counter.nextCut.withLock { next -> Int? in
            guard let left = next else { return nil }
            if buffer.readableBytes < left {
                next = left - buffer.readableBytes
                return nil
            }
            next = counter.following()
            return left
        }
        counter.bytes.withLock { $0 += passed ?? buffer.readableBytes }
        guard let passed else {
            peer.writeAndFlush(buffer, promise: nil)
            return
        }
        counter.cuts.withLock { $0 += 1 }
        let peer = peer
        let rest = buffer.readSlice(length: passed) ?? ByteBuffer()
        peer.writeAndFlush(rest).whenComplete { _ in peer.close(promise: nil) }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { peer.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
