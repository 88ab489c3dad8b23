import Glibc
import MailStore

/// Why a folder's directories are not there: removed, or out of sight.
enum FolderAbsence {
    /// `.vanished` stays where the folder was removed; otherwise `.temporary`.
    /// - Parameters:
    ///   - folder: its path, without a final slash or zero.
    ///   - root: that of the top directory, which is a Maildir.
    static func explain(_ error: StoreError, folder: [UInt8], root: [UInt8]) -> StoreError {
        // The inbox cannot be removed.
        guard folder != root else { return outOfSight(error, "has neither cur nor new") }
        var place = folder
        while place.count > root.count {
            if let status = SourceFile.status(of: place + [0]) {
                guard status.isDirectory, isEmpty(place) else { return error }
                return outOfSight(error, "\(EscapedName.encode(place)) is empty")
            }
            guard errno == ENOENT || errno == ENOTDIR else {
                return outOfSight(error, "\(EscapedName.encode(place)): \(systemMessage(errno))")
            }
            if SourceFile.status(of: place + [0], followingLinks: false) != nil {
                return outOfSight(error, "\(EscapedName.encode(place)) is a broken symbolic link")
            }
            guard let slash = place.lastIndex(of: UInt8(ascii: "/")) else { break }
            place.removeSubrange(slash...)
        }
        return error
    }

    private static func isEmpty(_ place: [UInt8]) -> Bool {
        guard let directory = Directory(place + [0]) else { return true }
        var isEmpty = true
        let code = directory.forEachName { _ in isEmpty = false }
        return isEmpty || code != 0
    }

    private static func outOfSight(_ error: StoreError, _ text: String) -> StoreError {
        StoreError(.temporary, "\(text): not mounted?", folder: error.folder)
    }
}
