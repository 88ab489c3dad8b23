import Glibc
import MAPI
import MailStore

/// Lists the messages of one folder: its directories new and cur.
///
/// Other programs work in the folder meanwhile. A file renamed while its directory is read may appear twice or
/// not at all, so a folder that changed during a pass is read again, and what any pass saw is listed; a message
/// that is gone in truth is found out when it is opened.
struct ContentsScan {
    /// The folder's path, without a final slash or zero.
    let folder: [UInt8]
    private let path: FolderPath
    private var keywords: MaildirKeywords
    private var rows: [ContentsRow] = []
    private var inodes: [UInt64] = []
    /// Index into `rows` by identity.
    private var known: [MessageID: Int] = [:]
    private var problems: [StoreError] = []
    /// Called with the name of each directory after it was read; tests change the folder here.
    var afterReading: (String) -> Void = { _ in }

    init(folder: [UInt8], path: FolderPath) {
        self.folder = folder
        self.path = path
        keywords = MaildirKeywords(folder: folder)
    }

    /// - Throws: `.vanished` where the folder is gone; `.accessDenied`, `.inputOutput` where nothing of it can
    ///   be read.
    mutating func read() throws(StoreError) -> ContentsTable {
        for pass in 1...MaildirLimits.listingPasses {
            problems = []
            // A message goes from new to cur: in this order it is not missed on its way.
            let new = readDirectory("new")
            let current = readDirectory("cur")
            try checkOutcomes(new, current)
            if pass == 1 && new.isAbsent && current.isAbsent { break }
            if new.isUnchanged && current.isUnchanged { break }
        }
        addUnknownLetters()
        return ContentsTable(rows: sortedRows(), problems: problems)
    }

    private struct Outcome {
        /// `errno` of opening it; 0 where it was read.
        var openError: Int32 = 0
        var isUnchanged = true
        var isAbsent: Bool { openError == ENOENT }
    }

    private mutating func readDirectory(_ name: String) -> Outcome {
        guard let directory = Directory(folder + Array("/\(name)\0".utf8)) else { return Outcome(openError: errno) }
        let before = directory.modificationTime
        let code = directory.forEachName { add($0, in: directory, name) }
        if code != 0 {
            problems.append(problem(.source(errno: code), "cannot list all of \(name): \(systemMessage(code))"))
        }
        afterReading(name)
        return Outcome(isUnchanged: before == directory.modificationTime && !isRecent(before))
    }

    /// One directory missing is an empty one (version control and backups drop those); both, and no marker of a
    /// folder, mean that the folder has gone.
    private mutating func checkOutcomes(_ new: Outcome, _ current: Outcome) throws(StoreError) {
        let outcomes = [("new", new.openError), ("cur", current.openError)]
        let failed = outcomes.filter { $0.1 != 0 && $0.1 != ENOENT }
        let readable = outcomes.contains { $0.1 == 0 }
        if let (name, code) = failed.first, !readable {
            throw problem(.source(errno: code), "cannot read \(name): \(systemMessage(code))")
        }
        for (name, code) in failed {
            problems.append(problem(.source(errno: code), "cannot read \(name): \(systemMessage(code))"))
        }
        if new.isAbsent && current.isAbsent && rows.isEmpty
            && SourceFile.status(of: folder + Array("/maildirfolder\0".utf8)) == nil
        {
            throw problem(.vanished, "the folder has gone since it was listed")
        }
    }

    private mutating func add(_ name: UnsafeBufferPointer<UInt8>, in directory: Directory, _ directoryName: String) {
        // Names with a leading dot are no messages (maildir(5)).
        guard name.first != UInt8(ascii: ".") else { return }
        var status = stat()
        let result = name.withMemoryRebound(to: CChar.self) { text -> Int32 in
            guard let text = text.baseAddress else { return -1 }
            return fstatat(directory.descriptor, text, &status, 0) == 0
                ? 0 : fstatat(directory.descriptor, text, &status, AT_SYMLINK_NOFOLLOW) == 0 ? 1 : errno
        }
        guard result == 0, status.isRegularFile else {
            // Gone between the two calls: the next pass, or nobody, finds it.
            guard result != ENOENT else { return }
            let what =
                result == 0 ? "not a regular file" : result == 1 ? "a broken symbolic link" : systemMessage(result)
            problems.append(problem(.badData, "\(directoryName)/\(EscapedName.encode(name)): \(what)"))
            return
        }
        let parsed = MaildirFileName(name)
        let info = UnsafeBufferPointer(rebasing: name[parsed.uniqueLength...])
        let unique = EscapedName.encode(UnsafeBufferPointer(rebasing: name[..<parsed.uniqueLength]))
        var state = parsed.state
        keywords.apply(letters: parsed.keywordLetters, uniqueName: unique, to: &state)
        let location = MessageLocation(directory: directoryName, info: EscapedName.encode(info))
        insert(unique: unique, location: location, state: state, status: status)
    }

    private mutating func insert(unique: String, location: MessageLocation, state: MessageState, status: stat) {
        let row = { (id: String, location: MessageLocation) in
            ContentsRow(
                id: MessageID(rawValue: id), state: state,
                deliveryTime: FileTime(unixSeconds: Int64(status.st_mtim.tv_sec)), size: Int(status.st_size),
                location: location.text)
        }
        let inode = UInt64(status.st_ino)
        var added = row(unique, location)
        if let index = known[added.id] {
            if inodes[index] == inode || rows[index].location == added.location {
                rows[index] = added
                return
            }
            // Two messages with one unique name: the whole path tells them apart.
            added = row(location.path(of: unique), location)
            if let index = known[added.id] {
                rows[index] = added
                return
            }
        }
        known[added.id] = rows.count
        rows.append(added)
        inodes.append(inode)
    }

    private mutating func sortedRows() -> [ContentsRow] {
        rows.sort { left, right in
            if left.deliveryTime != right.deliveryTime {
                return (left.deliveryTime?.rawValue ?? 0) < (right.deliveryTime?.rawValue ?? 0)
            }
            return left.id.rawValue < right.id.rawValue
        }
        return rows
    }

    private mutating func addUnknownLetters() {
        let letters = keywords.unknownLetters
        guard letters != 0 else { return }
        let names = (0..<MaildirLimits.dovecotKeywords).filter { letters & (1 << UInt32($0)) != 0 }
            .map { String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) }
        let text = "dovecot-keywords does not name the keywords \(names.joined(separator: ", ")): left out"
        problems.append(problem(.badData, text))
    }

    private func problem(_ code: StoreError.Code, _ text: String) -> StoreError {
        StoreError(code, text, folder: path)
    }
}

/// Where a message's file is and how its name goes on after the unique part: "c:2,S" is cur/…:2,S.
struct MessageLocation: Hashable {
    /// "cur" or "new".
    let directory: String
    /// Escaped, with its separator; may be empty.
    let info: String

    init(directory: String, info: String) {
        self.directory = directory
        self.info = info
    }

    /// A location that says nothing (a row from elsewhere) is the likeliest one.
    init(text: String) {
        directory = text.utf8.first == UInt8(ascii: "n") ? "new" : "cur"
        info = String(text.dropFirst())
    }

    /// Below the folder, escaped. An identity that is a path (it has a slash) stands for itself.
    func path(of uniqueName: String) -> String {
        uniqueName.utf8.contains(UInt8(ascii: "/")) ? uniqueName : directory + "/" + uniqueName + info
    }

    var text: String { (directory == "new" ? "n" : "c") + info }
}
