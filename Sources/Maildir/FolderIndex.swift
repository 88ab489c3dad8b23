import BinaryIO
import Glibc

/// The messages of a destination folder by content, so that none is delivered twice. Those of an earlier run tell
/// their content by name; of others, the files are read that have the size of a message to be delivered.
struct FolderIndex {
    private struct Presence {
        /// Messages with this content.
        var count = 0
        /// The highest number that a name has.
        var highest = 0
    }

    private struct Foreign {
        let path: [UInt8]
    }

    private var present: [ContentDigest: Presence] = [:]
    private var foreign: [Int: [Foreign]] = [:]
    /// Messages of this run, by content.
    private var seen: [ContentDigest: Int] = [:]

    /// - Parameter folder: its path, without a final slash or zero. What cannot be read counts as not there.
    init(folder: [UInt8]) {
        for name in ["new", "cur"] {
            let path = folder + Array("/\(name)".utf8)
            guard let directory = Directory(path + [0]) else { continue }
            _ = directory.forEachName { add($0, in: directory, path) }
        }
    }

    private mutating func add(_ name: UnsafeBufferPointer<UInt8>, in directory: Directory, _ path: [UInt8]) {
        guard name.first != UInt8(ascii: ".") else { return }
        let unique = UnsafeBufferPointer(rebasing: name[..<MaildirFileName(name).uniqueLength])
        var status = stat()
        let result = name.withMemoryRebound(to: CChar.self) { text in
            text.baseAddress.map { fstatat(directory.descriptor, $0, &status, 0) } ?? -1
        }
        guard result == 0, status.isRegularFile else { return }
        if let own = DeliveryName(unique) {
            present[own.digest, default: Presence()].highest = max(present[own.digest]?.highest ?? 0, own.number)
            // Another size: cut off by a crash, or edited. It is not what its name says.
            if own.size == Int(status.st_size) {
                present[own.digest, default: Presence()].count += 1
                return
            }
        }
        // A compressed message tells its own size in its name.
        let size = Self.statedSize(unique) ?? Int(status.st_size)
        foreign[size, default: []].append(Foreign(path: path + [UInt8(ascii: "/")] + Array(name)))
    }

    /// ",S=SIZE" of Maildir++.
    private static func statedSize(_ unique: UnsafeBufferPointer<UInt8>) -> Int? {
        for field in unique.split(separator: UInt8(ascii: ",")).dropFirst()
        where field.starts(with: [UInt8(ascii: "S"), UInt8(ascii: "=")]) {
            return DeliveryName.number(Array(field.dropFirst(2))[...])
        }
        return nil
    }

    /// Takes note of one more message with that content.
    /// - Returns: the number for its name, or nil where the folder has it already.
    mutating func add(_ digest: ContentDigest, size: Int) -> Int? {
        if let files = foreign.removeValue(forKey: size) {
            for file in files {
                if let digest = Self.digest(of: file.path) { present[digest, default: Presence()].count += 1 }
            }
        }
        let occurrence = (seen[digest] ?? 0) + 1
        seen[digest] = occurrence
        var presence = present[digest] ?? Presence()
        guard occurrence > presence.count else { return nil }
        presence.count += 1
        presence.highest += 1
        present[digest] = presence
        return presence.highest
    }

    private static func digest(of path: [UInt8]) -> ContentDigest? {
        let descriptor = SourceFile.open(path + [0])
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let file = try? MappedFile.contents(of: descriptor, path: "") else { return nil }
        let plain = file.withUnsafeBytes { bytes in
            Compression(bytes).flatMap { compression in try? compression.decompress(bytes) }
        }
        return (plain ?? file).withUnsafeBytes { ContentDigest(sha256: Digest.sha256($0)) }
    }
}
