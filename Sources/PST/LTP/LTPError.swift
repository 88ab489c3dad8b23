public import PSTNDB

/// What can go wrong between the node database and the messaging layer.
public enum LTPError: Error, Hashable, Sendable {
    case ndb(NDBError)
    /// A structure of a node's data is not what [MS-PST] 2.3 says.
    case damaged(structure: String, field: String, found: String, expected: String)
    /// More than the format can hold.
    case limit(String)
}

extension LTPError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .ndb(let error): error.description
        case .damaged(let structure, let field, let found, let expected):
            "\(structure).\(field): found \(found), expected \(expected)"
        case .limit(let what): what
        }
    }
}

/// Runs a call of the layer below and gives its error this layer's type.
@inline(__always)
func inDatabase<Result>(_ body: () throws(NDBError) -> Result) throws(LTPError) -> Result {
    do {
        return try body()
    } catch {
        throw .ndb(error)
    }
}
