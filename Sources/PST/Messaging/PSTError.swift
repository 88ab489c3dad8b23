public import BinaryIO
import PSTLTP
import PSTNDB

/// What can go wrong with a PST, as its users see it.
public enum PSTError: Error, Hashable, Sendable {
    /// Reading or writing the file failed.
    case storage(StorageError)
    /// The file is not what [MS-PST] says; the text names the structure, the field, what was found and expected.
    case damaged(String)
    /// More than the format can hold.
    case limit(String)
    /// A folder or message that was named is not there.
    case missing(String)

    init(_ error: LTPError) {
        switch error {
        case .ndb(.storage(let storage)): self = .storage(storage)
        case .ndb(.limit(let what)), .limit(let what): self = .limit(what)
        case .ndb(.unsupported), .ndb(.rolledBack): self = .limit(error.description)
        case .ndb(.damaged), .damaged: self = .damaged(error.description)
        }
    }
}

extension PSTError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .storage(let error): "\(error.path): \(error.operation.rawValue) failed (errno \(error.errno))"
        case .damaged(let what), .limit(let what), .missing(let what): what
        }
    }
}

/// Runs calls of the layers below and gives their errors this layer's type.
@inline(__always)
func inTables<Result>(_ body: () throws(LTPError) -> Result) throws(PSTError) -> Result {
    do {
        return try body()
    } catch {
        throw PSTError(error)
    }
}

@inline(__always)
func inNodes<Result>(_ body: () throws(NDBError) -> Result) throws(PSTError) -> Result {
    do {
        return try body()
    } catch {
        throw PSTError(.ndb(error))
    }
}
