import Synchronization

/// Finds messages that were renamed since they were listed. Changing a flag renames the file; the unique name
/// stays. One look at the directories serves all messages of the folder that were renamed before it.
final class Relocations: Sendable {
    private struct Index {
        /// The folder's path.
        let folder: [UInt8]
        let times: [Int64?]
        /// Whether unchanged times prove that nothing was renamed since.
        let isProof: Bool
        let locations: [String: MessageLocation]
    }

    private let latest = Mutex<Index?>(nil)

    /// Where the message is now, if not at `tried`; nil where it is not in the folder, `tried` where another
    /// look is worthwhile because the folder changes.
    func location(of uniqueName: String, in folder: [UInt8], insteadOf tried: MessageLocation) -> MessageLocation? {
        latest.withLock { latest in
            if let index = latest, index.folder == folder {
                if let found = index.locations[uniqueName], found != tried { return found }
                let isCurrent = index.isProof && index.times == Self.times(of: folder)
                if isCurrent && index.locations[uniqueName] == nil { return nil }
            }
            let index = Self.read(folder)
            latest = index
            return index.locations[uniqueName]
        }
    }

    private static let directories = ["new", "cur"]

    private static func times(of folder: [UInt8]) -> [Int64?] {
        directories.map { SourceFile.status(of: folder + Array("/\($0)\0".utf8))?.modificationNanoseconds }
    }

    private static func read(_ folder: [UInt8]) -> Index {
        let times = times(of: folder)
        let isProof = !times.contains(where: isRecent)
        var locations: [String: MessageLocation] = [:]
        for name in directories {
            guard let directory = Directory(folder + Array("/\(name)\0".utf8)) else { continue }
            _ = directory.forEachName { file in
                let length = MaildirFileName(file).uniqueLength
                let unique = EscapedName.encode(UnsafeBufferPointer(rebasing: file[..<length]))
                let info = EscapedName.encode(UnsafeBufferPointer(rebasing: file[length...]))
                locations[unique] = MessageLocation(directory: name, info: info)
            }
        }
        return Index(folder: folder, times: times, isProof: isProof, locations: locations)
    }
}
