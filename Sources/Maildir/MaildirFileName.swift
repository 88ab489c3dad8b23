import MailStore

/// A message's file name: a unique part, then "info" — "unique:2,FLAGS" (https://cr.yp.to/proto/maildir.html),
/// with the separators of file systems that forbid the colon (";" and "!") and Dovecot's keyword letters.
struct MaildirFileName {
    /// Length in bytes of the unique part, which stays when flags change.
    let uniqueLength: Int
    /// Flags D F P R S T.
    private let flags: Flags
    /// Bit n: the letter "a" + n, an index into `dovecot-keywords`.
    let keywordLetters: UInt32

    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let draft = Flags(rawValue: 1)
        static let flagged = Flags(rawValue: 2)
        static let passed = Flags(rawValue: 4)
        static let replied = Flags(rawValue: 8)
        static let seen = Flags(rawValue: 16)
        static let trashed = Flags(rawValue: 32)
    }

    init(_ name: UnsafeBufferPointer<UInt8>) {
        uniqueLength = Self.uniqueLength(of: name)
        var flags: Flags = []
        var letters: UInt32 = 0
        let info = name[uniqueLength...].dropFirst()
        if info.starts(with: [UInt8(ascii: "2"), UInt8(ascii: ",")]) {
            // A further comma ends the flags; what follows it is for private use.
            flagLoop: for byte in info.dropFirst(2) {
                switch byte {
                case UInt8(ascii: "D"): flags.insert(.draft)
                case UInt8(ascii: "F"): flags.insert(.flagged)
                case UInt8(ascii: "P"): flags.insert(.passed)
                case UInt8(ascii: "R"): flags.insert(.replied)
                case UInt8(ascii: "S"): flags.insert(.seen)
                case UInt8(ascii: "T"): flags.insert(.trashed)
                case UInt8(ascii: "a")...UInt8(ascii: "z"): letters |= 1 << UInt32(byte - UInt8(ascii: "a"))
                case UInt8(ascii: ","): break flagLoop
                default: break
                }
            }
        }
        self.flags = flags
        keywordLetters = letters
    }

    /// A colon always separates; the others only before a version and a comma, as they may stand in a host name.
    private static func uniqueLength(of name: UnsafeBufferPointer<UInt8>) -> Int {
        for index in name.indices {
            switch name[index] {
            case UInt8(ascii: ":"):
                return index
            case UInt8(ascii: ";"), UInt8(ascii: "!"):
                let version = name[(index + 1)...].prefix(2)
                if version.last == UInt8(ascii: ","), let digit = version.first,
                    digit == UInt8(ascii: "2") || digit == UInt8(ascii: "1")
                {
                    return index
                }
            default:
                continue
            }
        }
        return name.count
    }

    /// The state the flags tell; keywords are left empty.
    var state: MessageState {
        var state = MessageState()
        state.draft = flags.contains(.draft)
        state.flagged = flags.contains(.flagged)
        state.forwarded = flags.contains(.passed)
        state.answered = flags.contains(.replied)
        state.seen = flags.contains(.seen)
        state.deleted = flags.contains(.trashed)
        return state
    }
}
