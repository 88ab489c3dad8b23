/// Why bytes are not a TNEF stream that can be unpacked completely. The caller then keeps the stream as it is:
/// a part of a message must not be lost because another part of it is damaged.
public struct TNEFError: Error, Hashable, Sendable {
    public enum Structure: String, Sendable {
        case signature, attribute, checksum, attributeCount
        case propertyCount, propertyType, propertyName, propertyValue
        case recipientTable, renderingData, object, embeddedMessage
    }

    public let structure: Structure
    /// Byte offset in the outermost stream.
    public let offset: Int
    public let found: Int
    public let expected: Int

    public init(structure: Structure, offset: Int, found: Int, expected: Int) {
        self.structure = structure
        self.offset = offset
        self.found = found
        self.expected = expected
    }
}
