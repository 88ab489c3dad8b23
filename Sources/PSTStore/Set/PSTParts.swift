import BinaryIO
import Glibc
public import MAPI
public import MailStore
import PST

/// A file that belongs to a set, or is one by itself.
public struct PSTPart: Sendable {
    public let label: String
    public let path: String
    /// ``StoreIdentity/store`` of the file by itself.
    let key: String
    /// nil on a file that is no part, or the first one of a set.
    let record: PartRecord?
    /// When it was made, as far as it tells.
    public let created: FileTime?
    /// How new the mailbox is that it shows, as far as it tells.
    public let updated: FileTime?

    var group: PartGroup { record?.group ?? .whole }
    var number: Int { record?.number ?? 1 }

    fileprivate static func read(_ path: String, label: String) throws(StoreError) -> PSTPart {
        let storage: FileStorage
        do {
            storage = try FileStorage(path: path, mode: .read)
        } catch {
            throw StoreError(opening: path, error)
        }
        do {
            let object = try StoreObject.read(storage)
            var record: PartRecord?
            if case .string(let text)? = object.properties[.setPart] { record = PartRecord(text: text) }
            var (created, updated): (FileTime?, FileTime?)
            if case .time(let time)? = object.properties[.storeCreated] { created = time }
            if case .time(let time)? = object.properties[.storeUpdated] { updated = time }
            let key = StoreIdentity.key(object.properties.binary(.recordKey) ?? [])
            return PSTPart(
                label: label, path: path, key: key, record: record, created: created, updated: updated)
        } catch {
            throw StoreError(error, path: path)
        }
    }
}

/// The files that one path stands for: FILE.pst, and FILE-LABEL.pst as far as they say that they belong to it.
public struct PSTParts: Sendable {
    /// In the order of the set; empty where there is none.
    public let files: [PSTPart]
    /// ``StoreIdentity/store`` of the set; "" where there is none.
    public let key: String
    /// Whether the path names a part of another set: then this alone is meant.
    public let isMember: Bool

    public var isEmpty: Bool { files.isEmpty }

    /// - Throws: ``StoreError`` with code `noInput` where a part is known to be missing, `badData` where there are parts of
    ///   several sets.
    public static func find(_ base: String) throws(StoreError) -> PSTParts {
        var own: PSTPart?
        if access(base, F_OK) == 0 {
            let read = try readOwn(base)
            if let record = read.record, !record.label.isEmpty {
                return PSTParts(files: [read], key: record.set, isMember: true)
            }
            own = read
        }
        var unreadable: [String: StoreError] = [:]
        var others: [PSTPart] = []
        for name in names(beside: base) {
            guard let label = PartLabel.label(of: name, in: base) else { continue }
            do {
                let part = try PSTPart.read(PartLabel.path(base, label), label: label)
                if part.record?.label == label { others.append(part) }
            } catch {
                unreadable[label] = error
            }
        }
        let key: String
        if let own, !own.key.isEmpty {
            key = own.record?.set ?? own.key
            others.removeAll { $0.record?.set != key }
        } else {
            let keys = Set(others.compactMap { $0.record?.set })
            guard keys.count <= 1 else {
                let names = others.map(\.path).sorted().joined(separator: ", ")
                throw StoreError(.badData, "\(base): parts of \(keys.count) sets lie there: \(names)")
            }
            key = keys.first ?? ""
        }
        let files = ([own].compactMap(\.self) + others).sorted(by: precedes)
        try checkWhole(files, base, unreadable)
        return PSTParts(files: files, key: key, isMember: false)
    }

    /// A damaged file is one too: whoever opens it finds out what can be done with it.
    private static func readOwn(_ base: String) throws(StoreError) -> PSTPart {
        do {
            return try PSTPart.read(base, label: "")
        } catch {
            guard error.code == .badData else { throw error }
            return PSTPart(label: "", path: base, key: "", record: nil, created: nil, updated: nil)
        }
    }

    /// - Throws: ``StoreError`` with code `noInput` where a part is missing that was there at that generation.
    public func checkPresence(of generation: String, _ base: String) throws(StoreError) {
        let there = Set(files.map(\.label))
        for (label, _) in SetGeneration(generation).parts where !there.contains(label) {
            throw Self.missing(base, label)
        }
    }

    /// Where the part of a label lies.
    public static func path(_ base: String, label: String) -> String { PartLabel.path(base, label) }

    /// Removes a PST with all its parts.
    /// - Parameter key: of the set that is meant; another one is left alone.
    /// - Throws: ``StoreError`` with code `temporary` where another run has it.
    public static func remove(_ base: String, key: String) throws(StoreError) {
        let found = try find(base)
        guard !found.isEmpty, found.key == key, !found.isMember else {
            throw StoreError(.noInput, "\(base): another PST than the one that was written there; it is left alone")
        }
        var locks: [FileLock] = []
        for file in found.files { locks.append(try FileLock(path: file.path, shownAs: file.path)) }
        // The first part last: what is left after a failure is known as this PST.
        for file in found.files.reversed() {
            guard unlink(file.path) == 0 || errno == ENOENT else {
                let reason = String(cString: strerror(errno))
                throw StoreError(.inputOutput, "\(file.path): cannot be removed: \(reason)")
            }
        }
        withExtendedLifetime(locks) {}
    }

    private static func missing(_ base: String, _ label: String) -> StoreError {
        StoreError(
            .noInput, "\(PartLabel.path(base, label)) is missing, a part of \(base): nothing was done without it")
    }

    static func precedes(_ left: PSTPart, _ right: PSTPart) -> Bool {
        precedes((left.group, left.number), (right.group, right.number))
    }

    /// What is undated stands behind all dates.
    static func precedes(_ left: (group: PartGroup, number: Int), _ right: (group: PartGroup, number: Int)) -> Bool {
        (left.group.text, left.number) < (right.group.text, right.number)
    }

    /// Within a group no number is left out.
    private static func checkWhole(
        _ files: [PSTPart], _ base: String, _ unreadable: [String: StoreError]
    ) throws(StoreError) {
        var numbers: [PartGroup: Set<Int>] = [:]
        for file in files { numbers[file.group, default: []].insert(file.number) }
        for file in files where file.number > 1 {
            for number in 1..<file.number where numbers[file.group]?.contains(number) != true {
                let label = PartLabel.make(file.group, number: number, taken: [])
                throw unreadable[label] ?? missing(base, label)
            }
        }
    }

    private static func names(beside base: String) -> [String] {
        let slash = base.lastIndex(of: "/")
        let directory = slash.map { $0 == base.startIndex ? "/" : String(base[..<$0]) } ?? "."
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.sorted()
    }
}
