public import BinaryIO

/// What can go wrong below the messaging layer.
public enum NDBError: Error, Hashable, Sendable {
    /// Reading or writing the file failed.
    case storage(StorageError)
    /// A structure of the file is not what [MS-PST] says.
    case damaged(Damage)
    /// Something that the format cannot hold (an index or a size out of range).
    case limit(String)
    /// A file that is read but not changed: of another format than Unicode with 512-byte pages, or an OST.
    case unsupported(String)
    /// The transaction was taken back; the database must be opened again.
    case rolledBack

    /// A rule that a structure breaks.
    public struct Damage: Hashable, Sendable {
        /// The structure's name in [MS-PST], for instance "BTPAGE".
        public let structure: String
        public let field: String
        /// Where it begins in the file, in bytes, if known.
        public let offset: UInt64?
        public let found: String
        public let expected: String
    }

    static func damaged(
        _ structure: String, _ field: String, at offset: UInt64?, found: some CustomStringConvertible, expected: String
    ) -> NDBError {
        .damaged(
            Damage(structure: structure, field: field, offset: offset, found: found.description, expected: expected))
    }
}

extension NDBError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .storage(let error):
            "\(error.operation.rawValue) failed (errno \(error.errno))"
        case .damaged(let damage):
            "\(damage.structure).\(damage.field)"
                + (damage.offset.map { " at 0x" + String($0, radix: 16) } ?? "")
                + ": found \(damage.found), expected \(damage.expected)"
        case .limit(let what), .unsupported(let what): what
        case .rolledBack: "the changes since the last commit were taken back; open the database again"
        }
    }
}

/// Runs a storage call and gives its error this layer's type.
@inline(__always)
func storing<Result>(_ body: () throws(StorageError) -> Result) throws(NDBError) -> Result {
    do {
        return try body()
    } catch {
        throw .storage(error)
    }
}
