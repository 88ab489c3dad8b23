/// Bytes that reading one object may still cost. A damaged file can name the same blocks over and over; this bounds
/// time and memory whatever it says. For one thread.
public final class ReadBudget {
    public private(set) var remaining: Int

    /// Charged for every block besides its bytes, so that tiny ones count too.
    private static let perBlock = 256

    public init(bytes: Int) {
        remaining = bytes
    }

    /// - Throws: ``NDBError/limit(_:)`` once it is used up.
    public func spend(_ bytes: Int) throws(NDBError) {
        guard bytes <= remaining - Self.perBlock else {
            remaining = 0
            throw .limit("reading one object takes more than the file can hold")
        }
        remaining -= bytes + Self.perBlock
    }
}
