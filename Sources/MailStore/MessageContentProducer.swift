/// Takes the bytes of a message in pieces of bounded size.
public protocol MessageContentSink: AnyObject {
    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError)

    /// Forgets everything taken so far: what follows is another try at the same message.
    func restart() throws(StoreError)
}

/// A message that is made as RFC 5322 bytes when it is asked for.
public protocol MessageContentProducer: Sendable {
    /// What people look for it by, without producing it.
    var summary: MessageSummary { get }

    /// Hands the message to `sink`, the same bytes each time. What the sink took is the message only if this returns.
    /// - Throws: what the sink threw; code `badData` where there is no way to the message.
    func produce(into sink: some MessageContentSink) throws(StoreError) -> ProducedContent
}

/// Where the bytes of a produced message come from.
public struct ProducedContent: Hashable, Sendable {
    public enum Origin: Hashable, Sendable {
        /// The very bytes that once were received.
        case original
        /// Composed from the properties of an item: it says the same, in other bytes.
        case composed
    }

    public var origin: Origin
    /// SHA-256 of the message, 32 bytes, where it is known.
    public var digest: [UInt8]?
    /// What is wrong with it: one line each, without a full stop.
    public var problems: [String]
    /// What is worth telling and in order.
    public var notices: [String]

    public init(_ origin: Origin, digest: [UInt8]? = nil, problems: [String] = [], notices: [String] = []) {
        self.origin = origin
        self.digest = digest
        self.problems = problems
        self.notices = notices
    }
}
