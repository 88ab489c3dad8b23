/// A message's unique identifier within a mailbox and its UIDVALIDITY: nz-number — RFC 9051 2.3.1.1.
public struct UID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static func < (left: UID, right: UID) -> Bool { left.rawValue < right.rawValue }
}
