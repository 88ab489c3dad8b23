import BinaryIO

/// A password or token. It shows nothing of itself, whatever prints it.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Whether a text holds it, as it is or in base64.
    func isIn(_ text: Substring) -> Bool {
        guard !bytes.isEmpty else { return false }
        if text.utf8.firstRange(of: bytes) != nil { return true }
        return Base64.decoded(text.utf8)?.firstRange(of: bytes) != nil
    }

    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
