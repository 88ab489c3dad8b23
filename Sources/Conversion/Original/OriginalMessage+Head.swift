internal import BinaryIO
internal import MAPI

/// What the beginning of a container says, for those who look at many.
extension OriginalMessage {
    /// Bytes of a container that ``head(of:)`` looks at.
    public static let headLength = 48

    /// Length and digest of the original from the first ``headLength`` bytes of a container, nothing proven; nil for bytes
    /// that are none.
    public static func head(of property: [UInt8]) -> Summary? {
        guard property.count >= headLength, property.starts(with: "MBOM".utf8),
            (1...OriginalContainer.version).contains(property[4]),
            let length = property.loadLittleEndian(UInt64.self, at: 8), length <= UInt64(Int.max)
        else { return nil }
        return Summary(length: Int(length), digest: Array(property[16..<headLength]))
    }
}
