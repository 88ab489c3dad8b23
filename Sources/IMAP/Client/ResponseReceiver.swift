public import IMAPGrammar
import Synchronization

/// Takes the untagged responses that come while a command runs. Called on the event loop of the connection, one at a
/// time and in order.
public protocol ResponseReceiver: AnyObject, Sendable {
    /// - Returns: whether the response was what the command waits for.
    func receive(_ response: Response) -> Bool
}

/// Puts responses together into a value.
package final class ResponseCollector<Value: Sendable>: ResponseReceiver {
    private let state: Mutex<Value>
    private let take: @Sendable (inout Value, Response) -> Bool

    package init(_ value: Value, _ take: @escaping @Sendable (inout Value, Response) -> Bool) {
        state = Mutex(value)
        self.take = take
    }

    package func receive(_ response: Response) -> Bool { state.withLock { take(&$0, response) } }

    package var value: Value { state.withLock { $0 } }
}
