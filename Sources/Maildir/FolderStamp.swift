import Glibc
import MailStore

/// What tells without listing whether a folder has changed: times and inodes of its directories, and of the files that
/// say which keywords its messages have.
///
/// Adding, removing or renaming a file gives its directory new times, and a flag is part of a file's name.
struct FolderStamp: Hashable {
    /// nil: not there.
    private let new: FileStamp?
    private let current: FileStamp?
    let keywords: KeywordStamp

    /// The files that keywords are read from.
    struct KeywordStamp: Hashable {
        let dovecot: FileStamp?
        /// Courier replaces its list, and adds files beside it.
        let courier: FileStamp?
        let courierList: FileStamp?

        /// nil where it cannot be seen.
        init?(folder: [UInt8]) {
            guard case .seen(let dovecot) = FileStamp.look(folder, "/dovecot-keywords"),
                case .seen(let courier) = FileStamp.look(folder, "/courierimapkeywords")
            else { return nil }
            self.dovecot = dovecot
            self.courier = courier
            guard courier != nil else {
                courierList = nil
                return
            }
            guard case .seen(let list) = FileStamp.look(folder, "/courierimapkeywords/:list") else { return nil }
            courierList = list
        }
    }

    /// nil where it cannot be seen. `folder` is the folder's path without a final slash or zero.
    init?(folder: [UInt8]) {
        guard case .seen(let new) = FileStamp.look(folder, "/new"),
            case .seen(let current) = FileStamp.look(folder, "/cur"), let keywords = KeywordStamp(folder: folder)
        else { return nil }
        self.new = new
        self.current = current
        self.keywords = keywords
    }

    private var stamps: [FileStamp?] { [new, current, keywords.dovecot, keywords.courier, keywords.courierList] }

    /// Whether all that changes after `now` (nanoseconds since 1970) gives another stamp. A time that is not clearly in
    /// the past may be given once more: clocks of file systems are coarse, and those of servers differ.
    func isBelievable(at now: Int64) -> Bool {
        stamps.allSatisfy { $0?.isPast(at: now, by: MaildirLimits.believableAge) ?? true }
    }

    /// Whether the directories' times have had a tick of the clock to move on.
    func isSettled(at now: Int64) -> Bool {
        [new, current].allSatisfy { $0?.isPast(at: now, by: MaildirLimits.timestampTick) ?? true }
    }

    var state: SynchronizationState {
        SynchronizationState(rawValue: "maildir1 " + stamps.map { $0?.text ?? "-" }.joined(separator: " "))
    }

    /// A state that equals no other: for a listing whose stamp proves nothing.
    static func unbelievableState() -> SynchronizationState {
        var generator = SystemRandomNumberGenerator()
        let number = [generator.next(), generator.next()].map { String($0, radix: 16) }.joined(separator: "-")
        return SynchronizationState(rawValue: "maildir1 ?\(number)")
    }
}

/// Inode and times of a file or directory.
struct FileStamp: Hashable {
    private let inode: UInt64
    /// Nanoseconds since 1970.
    private let modified: Int64
    private let changed: Int64

    enum Look {
        /// nil: not there.
        case seen(FileStamp?)
        case failed
    }

    static func look(_ folder: [UInt8], _ suffix: StaticString) -> Look {
        let name = suffix.withUTF8Buffer { Array($0) }
        guard let status = SourceFile.status(of: folder + name + [0]) else {
            return errno == ENOENT || errno == ENOTDIR ? .seen(nil) : .failed
        }
        return .seen(FileStamp(status))
    }

    init(_ status: stat) {
        inode = UInt64(status.st_ino)
        modified = status.st_mtim.nanoseconds
        changed = status.st_ctim.nanoseconds
    }

    func isPast(at now: Int64, by age: Int64) -> Bool {
        let (limit, overflow) = now.subtractingReportingOverflow(age)
        return !overflow && max(modified, changed) < limit
    }

    var text: String { "\(inode):\(modified):\(changed)" }
}
