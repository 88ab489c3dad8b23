import BinaryIO
import IMAPGrammar

/// Which commands are on their way, and what a response means for them — RFC 9051 5.5. No input or output of its own.
struct CommandPipeline {
    enum Action {
        case write([UInt8])
        /// The command was answered and is no longer here.
        case complete(ClientCommand, StatusResponse)
        case greeting(StatusResponse)
    }

    private struct Sent {
        let tag: String
        var command: ClientCommand
        /// Pieces that wait for the server to ask for them.
        var pending: ArraySlice<[UInt8]>
        var challenges = 0
    }

    private var isGreeted = false
    private var sent: [Sent] = []
    private var queued: [ClientCommand] = []
    private var lastTag = 0
    private var irrelevant = 0
    /// Secrets that were sent, which the server may repeat.
    private(set) var redaction = Redaction()
    /// The goodbye, once it was said.
    private(set) var goodbye: StatusResponse?

    /// Whether something is awaited of the server.
    var isWaiting: Bool { !isGreeted || !sent.isEmpty }

    /// Queues a command. What can be sent comes out of ``nextToSend()``.
    mutating func add(_ command: ClientCommand) { queued.append(command) }

    /// The bytes of the next command, where one may be sent now.
    mutating func nextToSend() -> [UInt8]? {
        guard isGreeted, !queued.isEmpty, sent.count < ClientLimits.commandsInFlight else { return nil }
        if let last = sent.last, !last.pending.isEmpty || last.command.isExclusive { return nil }
        if queued[0].isExclusive && !sent.isEmpty { return nil }
        let command = queued.removeFirst()
        if let secret = command.secret { redaction.add(secret) }
        lastTag += 1
        let tag = "A\(lastTag)"
        var pieces = command.text.pieces
        pieces[pieces.count - 1] += [0x0D, 0x0A]
        sent.append(Sent(tag: tag, command: command, pending: pieces.dropFirst()))
        return Array("\(tag) ".utf8) + pieces[0]
    }

    /// - Returns: what to do, and whether the response was one that somebody waits for.
    mutating func receive(_ response: Response) throws(IMAPError) -> (action: Action?, isRelevant: Bool) {
        let response = redaction.cleaned(response)
        guard isGreeted else { return (try greet(response), true) }
        switch response {
        case .completion(let tag, let status):
            guard let index = sent.firstIndex(where: { $0.tag == tag }) else {
                throw IMAPError(.protocolViolation, "the server answered a command that was not given")
            }
            irrelevant = 0
            return (.complete(sent.remove(at: index).command, status), true)
        case .continuation(let text):
            return (.write(try next(after: text)), true)
        case .status(let status) where status.condition == .bye:
            goodbye = status
            return (nil, true)
        default:
            return (nil, try deliver(response))
        }
    }

    private mutating func greet(_ response: Response) throws(IMAPError) -> Action {
        guard case .status(let status) = response else {
            throw IMAPError(.protocolViolation, "the server did not greet as an IMAP server does")
        }
        switch status.condition {
        case .ok, .preauthenticated:
            isGreeted = true
            return .greeting(status)
        case .bye, .no, .bad:
            goodbye = status
            throw IMAPError(.closed, "the server turned the connection down: \(status.text)", response: status)
        }
    }

    /// What the server asked for with "+": the next piece of a command, or the answer to a challenge.
    private mutating func next(after challenge: [UInt8]) throws(IMAPError) -> [UInt8] {
        guard let index = sent.indices.last else {
            throw IMAPError(.protocolViolation, "the server asked for more of no command")
        }
        if let piece = sent[index].pending.popFirst() { return piece }
        guard var mechanism = sent[index].command.authentication, sent[index].challenges < ClientLimits.challenges
        else { throw IMAPError(.protocolViolation, "the server asked for more than the command has") }
        sent[index].challenges += 1
        // A challenge that is no base64, or no good, is answered with "*", which cancels the logon: RFC 9051 6.2.2.
        let answer = Base64.decoded(challenge).flatMap { mechanism.respond(to: $0) }
        sent[index].command.authentication = mechanism
        return answer.map { Array(Base64.encoded($0).utf8) + [0x0D, 0x0A] } ?? Array("*\r\n".utf8)
    }

    /// Gives an untagged response to the oldest command that waits for one: servers work through commands in order.
    private mutating func deliver(_ response: Response) throws(IMAPError) -> Bool {
        // By position: what is on its way is not to be copied for each message that comes.
        for position in sent.indices where sent[position].command.receiver?.receive(response) == true { return true }
        irrelevant += 1
        guard irrelevant <= ClientLimits.irrelevantResponses else {
            throw IMAPError(.protocolViolation, "the server goes on sending what nobody asked for")
        }
        return false
    }

    /// Takes out everything, to be told that it failed.
    mutating func removeAll() -> [ClientCommand] {
        defer {
            sent = []
            queued = []
        }
        return sent.map(\.command) + queued
    }
}
