public import IMAPGrammar
import NIOCore
import NIOPosix
import NIOSSL

/// A connection to a server, from the greeting on. Commands may be given by several tasks; they are sent at once, and
/// their answers found by their tags.
public final class IMAPConnection: Sendable {
    private let channel: any Channel
    private let end: ConnectionEnd
    /// What the server said first.
    public let greeting: StatusResponse
    /// Whether both ends are on this machine.
    let isLoopback: Bool

    private init(channel: any Channel, end: ConnectionEnd, isLoopback: Bool, greeting: StatusResponse) {
        self.channel = channel
        self.end = end
        self.isLoopback = isLoopback
        self.greeting = greeting
    }

    /// Connects, with TLS where the server is to have it from the start.
    /// - Parameters:
    ///   - connectTimeout, readTimeout: until the connection stands, and between answers.
    public static func open(
        _ server: IMAPServer, connectTimeout: Duration, readTimeout: Duration
    ) async throws(IMAPError) -> IMAPConnection {
        let makeTLS = try server.security.handlerFactory(host: server.host)
        let usesTLS = server.transport == .implicitTLS
        let greeting = CommandCompletion()
        let end = ConnectionEnd()
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(connectTimeout))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 65_536, maximum: 262_144)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if usesTLS { try channel.pipeline.syncOperations.addHandler(makeTLS()) }
                    try channel.pipeline.syncOperations.addHandler(
                        ProtocolHandler(
                            greeting: greeting, end: end, readTimeout: TimeAmount(readTimeout), makeTLS: makeTLS))
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: server.host, port: server.port).get()
        } catch {
            throw Self.connectionError(error)
        }
        // A channel that has closed forgets whom it was connected to: it is asked before the server can close it.
        let peer = channel.remoteAddress
        do throws(IMAPError) {
            let status = try await greeting.outcome().get()
            guard let peer else { throw end.error }
            return IMAPConnection(
                channel: channel, end: end, isLoopback: Self.isLoopback(peer), greeting: status)
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    private static func connectionError(_ error: any Error) -> IMAPError {
        if let text = TransportSecurity.describe(error) { return IMAPError(.security, text) }
        if let error = error as? NIOConnectionError {
            if let failed = error.connectionErrors.first {
                let reason = (failed.error as? IOError).map { systemMessage($0.errnoCode) } ?? "\(failed.error)"
                return IMAPError(.unreachable, "no connection: \(reason)")
            }
            return IMAPError(.unreachable, "the name of the server is not known")
        }
        if case ChannelError.connectTimeout? = error as? ChannelError {
            return IMAPError(.unreachable, "no connection: timed out")
        }
        return IMAPError(.unreachable, "no connection: \(error)")
    }

    /// Gives a command and waits for its answer, whatever it is.
    /// - Throws: where there is no answer: the connection failed, or the task was cancelled.
    public func perform(
        _ text: CommandText, receiver: (any ResponseReceiver)? = nil
    ) async throws(IMAPError) -> StatusResponse {
        try await perform(
            ClientCommand(text: text, receiver: receiver))
    }

    func perform(_ command: ClientCommand) async throws(IMAPError) -> StatusResponse {
        submit(command)
        return try await command.completion.outcome().get()
    }

    /// Gives a command without waiting; those of one task are sent in its order.
    package func submit(_ command: ClientCommand) {
        channel.writeAndFlush(command).whenFailure { [end] _ in command.completion.finish(.failure(end.lateError)) }
    }

    /// Gives a command that has to succeed.
    /// - Parameter name: what to call it in an error.
    @discardableResult
    func run(_ name: String, _ command: ClientCommand) async throws(IMAPError) -> StatusResponse {
        let status = try await perform(command)
        guard status.condition == .ok else { throw IMAPError(name, failed: status) }
        return status
    }

    /// Gives a command that has to succeed, and puts its untagged responses together.
    public func run<Value: Sendable>(
        _ text: CommandText, named name: String, into value: Value,
        _ take: @escaping @Sendable (inout Value, Response) -> Bool
    ) async throws(IMAPError) -> (value: Value, status: StatusResponse) {
        let collector = ResponseCollector(value, take)
        let status = try await run(
            name, ClientCommand(text: text, receiver: collector))
        return (collector.value, status)
    }

    /// Ends the connection at once.
    public func close() { channel.close(promise: nil) }

    private static func isLoopback(_ address: SocketAddress) -> Bool {
        switch address {
        case .v4: address.ipAddress?.hasPrefix("127.") ?? false
        case .v6: address.ipAddress == "::1" || address.ipAddress?.hasPrefix("::ffff:127.") ?? false
        case .unixDomainSocket: true
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let sum = nanoseconds.addingReportingOverflow(attoseconds / 1_000_000_000)
        self = .nanoseconds(overflow || sum.overflow ? .max : sum.partialValue)
    }
}
