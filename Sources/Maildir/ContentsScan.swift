import Glibc
import MailStore

/// Lists the messages of one folder: its directories new and cur.
///
/// Other programs work in the folder meanwhile. A file renamed while its directory is read may appear twice or
/// not at all, so a folder that changed during a pass is read again, and what any pass saw is listed; a message
/// that is gone in truth is found out when it is opened. That a given message is gone is believed when two passes in a
/// row have not seen it.
struct ContentsScan {
    /// The folder's path, without a final slash or zero.
    let folder: [UInt8]
    private let path: FolderPath
    private let clock: WallClock
    private let hasGiven: Bool
    private var keywords: MaildirKeywords
    private var keywordStamp: FolderStamp.KeywordStamp?
    private var sightings: MessageSightings
    private var problems: [StoreError] = []
    /// Number of the pass, from 1.
    private var pass = 0
    /// Whether a file of this pass could not be looked at for a reason that may pass without a trace.
    private var hasUncertainFile = false
    /// Called with the name of each directory after it was read; tests change the folder here.
    var afterReading: (String) -> Void = { _ in }

    /// - Parameter given: the messages that the caller has; files that are where these were are not looked at again.
    init(folder: [UInt8], path: FolderPath, given: [GivenMessage] = [], clock: WallClock = .system) {
        self.folder = folder
        self.path = path
        self.clock = clock
        hasGiven = !given.isEmpty
        keywordStamp = FolderStamp.KeywordStamp(folder: folder)
        keywords = MaildirKeywords(folder: folder)
        sightings = MessageSightings(given: given)
    }

    /// Every message in the folder, as nothing is given.
    /// - Throws: `.vanished` where the folder is gone; `.accessDenied`, `.inputOutput` where nothing of it can
    ///   be read.
    mutating func read() throws(StoreError) -> ContentsTable {
        _ = try readUntilStable()
        return ContentsTable(rows: sightings.newRows(), problems: problems)
    }

    /// What is different from the given messages.
    /// - Throws: as ``read()``, and `.temporary` where the directory is missing that given messages were in.
    mutating func readChanges() throws(StoreError) -> ContentsChanges {
        let end = try readUntilStable()
        var changes = ContentsChanges(state: end.state)
        changes.problems = problems
        changes.new = sightings.newRows()
        changes.changed = sightings.changedRows(look: look)
        let missing = sightings.missing(sincePass: end.isProof ? pass - 2 : 0)
        if end.isComplete {
            try checkPlaces(of: missing.map(\.location), end)
            changes.gone = missing.map(\.id)
            changes.renumbered = sightings.renumbered(gone: changes.gone, new: changes.new)
            let old = Set(changes.renumbered.map(\.was))
            let renumbered = Set(changes.renumbered.map(\.row.id))
            changes.gone.removeAll(where: old.contains)
            changes.new.removeAll { renumbered.contains($0.id) }
        }
        changes.count = sightings.givenCount - changes.gone.count + changes.new.count
        return changes
    }

    /// How the last pass ended.
    private struct End {
        var state = FolderStamp.unbelievableState()
        /// The folder rested during the last pass, and what is missing was missing from the pass before it.
        var isProof = false
        /// No pass was cut short.
        var isComplete = true
        var absent: [String] = []
    }

    private mutating func readUntilStable() throws(StoreError) -> End {
        var end = End()
        while pass < MaildirLimits.listingPasses {
            pass += 1
            problems = []
            hasUncertainFile = false
            let now = clock.now()
            let stamp = FolderStamp(folder: folder)
            readKeywords(stamp)
            // A message goes from new to cur: in this order it is not missed on its way.
            let new = readDirectory("new")
            let current = readDirectory("cur")
            try checkOutcomes(new, current)
            end.isComplete = end.isComplete && new.isComplete && current.isComplete
            end.absent = (new.isAbsent ? ["new"] : []) + (current.isAbsent ? ["cur"] : [])
            let isStable = FolderStamp(folder: folder) == stamp && stamp?.isSettled(at: now) ?? true
            end.isProof = isStable && !sightings.hasFreshlyMissing(afterPass: pass)
            if let stamp, end.isProof, end.isComplete, !hasUncertainFile, stamp.isBelievable(at: now) {
                end.state = stamp.state
            }
            if end.isProof { break }
        }
        addUnknownLetters()
        return end
    }

    private mutating func readKeywords(_ stamp: FolderStamp?) {
        guard let stamp, stamp.keywords != keywordStamp else { return }
        keywordStamp = stamp.keywords
        keywords = MaildirKeywords(folder: folder)
    }

    private struct Outcome {
        /// `errno` of opening it; 0 where it was read.
        var openError: Int32 = 0
        /// `errno` that ended the reading early; 0 where all was read.
        var readError: Int32 = 0
        var isAbsent: Bool { openError == ENOENT }
        var isComplete: Bool { readError == 0 && (openError == 0 || isAbsent) }
    }

    private mutating func readDirectory(_ name: String) -> Outcome {
        guard let directory = Directory(folder + Array("/\(name)\0".utf8)) else { return Outcome(openError: errno) }
        let code = directory.forEachName { add($0, in: directory, name) }
        if code != 0 {
            problems.append(problem(.source(errno: code), "cannot list all of \(name): \(systemMessage(code))"))
        }
        afterReading(name)
        return Outcome(readError: code)
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
        if new.isAbsent && current.isAbsent && (hasGiven || sightings.isEmpty)
            && SourceFile.status(of: folder + Array("/maildirfolder\0".utf8)) == nil
        {
            throw problem(.vanished, "the folder has gone since it was listed")
        }
    }

    /// A directory that is not there tells nothing about the messages that were in it.
    private func checkPlaces(of missing: [MessageLocation], _ end: End) throws(StoreError) {
        for name in end.absent {
            let count = missing.count { $0.directory == name }
            guard count == 0 else {
                throw problem(.temporary, "\(name) is missing, which had \(count) messages: not mounted?")
            }
        }
    }

    private enum Look {
        case file(MessageSightings.File)
        case gone
        case problem(String)
        /// What stands in the way may go without the directory telling.
        case uncertain(String)
    }

    private func look(_ name: UnsafeBufferPointer<UInt8>, in directory: Directory) -> Look {
        var status = stat()
        let result = name.withMemoryRebound(to: CChar.self) { text -> Int32 in
            guard let text = text.baseAddress else { return -1 }
            return fstatat(directory.descriptor, text, &status, 0) == 0
                ? 0 : fstatat(directory.descriptor, text, &status, AT_SYMLINK_NOFOLLOW) == 0 ? 1 : errno
        }
        switch result {
        case 0: return status.isRegularFile ? .file(MessageSightings.File(status)) : .problem("not a regular file")
        case 1: return .uncertain("a broken symbolic link")
        case ENOENT: return .gone
        default: return .uncertain(systemMessage(result))
        }
    }

    /// Tells what is at a path below the folder, escaped; nil for nothing.
    private var look: (String) -> MessageSightings.File? {
        // Not self, of which this would be a copy.
        { [folder] escaped in
            var path = folder + [UInt8(ascii: "/")]
            EscapedName.decode(escaped, into: &path)
            return SourceFile.status(of: path + [0]).map { MessageSightings.File($0) }
        }
    }

    private mutating func add(_ name: UnsafeBufferPointer<UInt8>, in directory: Directory, _ directoryName: String) {
        // Names with a leading dot are no messages (maildir(5)).
        guard name.first != UInt8(ascii: ".") else { return }
        let parsed = MaildirFileName(name)
        let info = UnsafeBufferPointer(rebasing: name[parsed.uniqueLength...])
        let unique = EscapedName.encode(UnsafeBufferPointer(rebasing: name[..<parsed.uniqueLength]))
        var state = parsed.state
        keywords.apply(letters: parsed.keywordLetters, uniqueName: unique, to: &state)
        let location = MessageLocation(directory: directoryName, info: EscapedName.encode(info))
        let seen = MessageSightings.Name(unique: unique, location: location, state: state)
        if sightings.see(seen, inPass: pass) { return }
        switch look(name, in: directory) {
        case .file(let file):
            sightings.see(seen, file, inPass: pass, look: look)
        case .gone:
            // Gone between the two calls: the next pass, or nobody, finds it.
            break
        case .problem(let text):
            addProblem(text, name, directoryName)
        case .uncertain(let text):
            hasUncertainFile = true
            sightings.keep(seen)
            addProblem(text, name, directoryName)
        }
    }

    private mutating func addProblem(_ text: String, _ name: UnsafeBufferPointer<UInt8>, _ directoryName: String) {
        problems.append(problem(.badData, "\(directoryName)/\(EscapedName.encode(name)): \(text)"))
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
