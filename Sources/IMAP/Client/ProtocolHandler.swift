import BinaryIO
import IMAPGrammar
import NIOCore
import NIOSSL

/// The protocol on a channel: takes commands, cuts what comes into responses and gives each to whom it concerns. All on
/// the channel's event loop; what is to decide is decided in ``CommandPipeline`` and ``ProgressWatch``.
final class ProtocolHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ClientCommand
    typealias OutboundOut = ByteBuffer

    private let makeTLS: @Sendable () throws -> NIOSSLClientHandler
    private let greeting: CommandCompletion
    private let end: ConnectionEnd
    private let readTimeout: TimeAmount
    private var framer = ResponseFramer()
    private var pipeline = CommandPipeline()
    private var watch: ProgressWatch
    private var compression: CompressionStream?
    private var timer: RepeatedTask?
    private var failure: IMAPError?
    /// Bytes that came since more was last asked for.
    private var bytesSinceRead = 0

    init(
        greeting: CommandCompletion, end: ConnectionEnd, readTimeout: TimeAmount,
        makeTLS: @escaping @Sendable () throws -> NIOSSLClientHandler
    ) {
        self.greeting = greeting
        self.end = end
        self.readTimeout = readTimeout
        self.makeTLS = makeTLS
        watch = ProgressWatch(readTimeout: readTimeout.nanoseconds)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watch.start(at: now(context))
        let interval = TimeAmount.nanoseconds(max(readTimeout.nanoseconds / ClientLimits.ticksPerTimeout, 1_000_000))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let (handler, context) = bound.value
            handler.tick(context: context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        fail(IMAPError(.closed, "the connection was closed"), context: context)
    }

    private func now(_ context: ChannelHandlerContext) -> Int64 {
        Int64(truncatingIfNeeded: context.eventLoop.now.uptimeNanoseconds)
    }

    private func tick(context: ChannelHandlerContext) {
        guard failure == nil, pipeline.isWaiting, watch.isStalled(at: now(context)) else { return }
        let seconds = readTimeout.nanoseconds / 1_000_000_000
        fail(IMAPError(.timedOut, "the server did not answer within \(seconds) seconds"), context: context)
    }

    // MARK: Commands

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let command = unwrapOutboundIn(data)
        promise?.succeed()
        if failure != nil {
            command.completion.finish(.failure(end.lateError))
            return
        }
        if !pipeline.isWaiting { watch.start(at: now(context)) }
        pipeline.add(command)
        sendQueued(context: context)
    }

    private func sendQueued(context: ChannelHandlerContext) {
        while let bytes = pipeline.nextToSend() { send(bytes, context: context) }
        context.flush()
    }

    private func send(_ bytes: [UInt8], context: ChannelHandlerContext) {
        let bytes = compression?.deflate(bytes) ?? bytes
        context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    // MARK: Responses

    /// Reads at once, but in the midst of a message that comes in small pieces: then a little later, when there is more of it.
    /// Every piece that is read by itself costs both sides a call of the system and a change of threads.
    func read(context: ChannelHandlerContext) {
        let isTrickle = framer.isInLiteral && bytesSinceRead > 0 && bytesSinceRead < ClientLimits.worthReading
        bytesSinceRead = 0
        guard isTrickle else { return context.read() }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .microseconds(ClientLimits.readPause)) {
            let (handler, context) = bound.value
            if handler.failure == nil { context.read() }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        let buffer = unwrapInboundIn(data)
        bytesSinceRead += buffer.readableBytes
        watch.receivedBytes(buffer.readableBytes, at: now(context))
        do throws(IMAPError) {
            let outcome = buffer.withUnsafeReadableBytes { bytes in
                Result { () throws(IMAPError) in try receive(bytes, context: context) }
            }
            try outcome.get()
        } catch {
            fail(error, context: context)
        }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer, context: ChannelHandlerContext) throws(IMAPError) {
        guard let compression else { return try process(bytes, context: context) }
        let isWhole = try compression.inflate(bytes) { piece throws(IMAPError) in
            try process(piece, context: context)
        }
        guard isWhole else { throw IMAPError(.protocolViolation, "what the server sent compressed is damaged") }
    }

    private func process(_ bytes: UnsafeRawBufferPointer, context: ChannelHandlerContext) throws(IMAPError) {
        var input = bytes
        while failure == nil {
            let frame: ResponseFrame?
            do {
                frame = try framer.next(&input)
            } catch {
                throw IMAPError(error)
            }
            guard let frame else { return }
            let response: Response
            do {
                response = try Response(frame)
            } catch {
                let isSecret = pipeline.redaction.hides(frame.text)
                throw IMAPError(.protocolViolation, isSecret ? "not IMAP: (removed)" : error.description)
            }
            let effect = try handle(response, context: context)
            guard let effect else { continue }
            switch effect {
            case .none: break
            case .startTLS:
                guard input.isEmpty else {
                    throw IMAPError(.security, "the server (or someone between) sent more before TLS began")
                }
                try startTLS(context: context)
            case .compress:
                let stream = CompressionStream()
                compression = stream
                sendQueued(context: context)
                return try receive(input, context: context)
            }
            sendQueued(context: context)
        }
    }

    /// - Returns: what a command that was just answered with OK brings about.
    private func handle(_ response: Response, context: ChannelHandlerContext) throws(IMAPError) -> ClientCommand.Effect?
    {
        let (action, isRelevant) = try pipeline.receive(response)
        if isRelevant { watch.receivedAnswer(at: now(context)) }
        switch action {
        case nil: return nil
        case .write(let bytes):
            send(bytes, context: context)
            context.flush()
            return ClientCommand.Effect.none
        case .greeting(let status):
            greeting.finish(.success(status))
            return ClientCommand.Effect.none
        case .complete(let command, let status):
            if status.condition == .ok, let mechanism = command.authentication, !mechanism.isSatisfied {
                let error = IMAPError(.security, "the server accepted the logon without proving who it is")
                command.completion.finish(.failure(error))
                throw error
            }
            command.completion.finish(.success(status))
            return status.condition == .ok ? command.effect : ClientCommand.Effect.none
        }
    }

    private func startTLS(context: ChannelHandlerContext) throws(IMAPError) {
        do {
            try context.pipeline.syncOperations.addHandler(makeTLS(), position: .first)
        } catch {
            throw IMAPError(.security, TransportSecurity.describe(error) ?? "TLS: \(error)")
        }
    }

    // MARK: The end

    func channelInactive(context: ChannelHandlerContext) {
        let goodbye = pipeline.goodbye
        let text = goodbye.map { "the server closed the connection: \($0.text)" } ?? "the connection was lost"
        fail(IMAPError(.closed, text, response: goodbye), context: context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let text = TransportSecurity.describe(error) {
            fail(IMAPError(.security, text), context: context)
        } else {
            fail(IMAPError(.closed, "the connection was lost: \(error)", response: pipeline.goodbye), context: context)
        }
    }

    private func fail(_ error: IMAPError, context: ChannelHandlerContext) {
        guard failure == nil else { return }
        failure = error
        end.record(error)
        timer?.cancel()
        greeting.finish(.failure(error))
        // Servers work through commands in order.
        var told = error
        for command in pipeline.removeAll() {
            command.completion.finish(.failure(told))
            told.isBehind = true
        }
        context.close(promise: nil)
    }
}

extension IMAPError {
    init(_ error: FramingError) {
        switch error {
        case .responseTooLong: self.init(.protocolViolation, "the server sent a response above the bound")
        case .literalTooLarge: self.init(.protocolViolation, "the server announced a literal above the bound")
        case .spool(let error):
            self.init(.spool, "a large message cannot be kept in a temporary file: error \(error.errno)")
        }
    }
}
