import BinaryIO
import MAPI
import PST
import PSTNDB
import PSTVerification

/// What a PST is to hold, for random histories.
struct StoreModel {
    struct Folder: Equatable {
        var name: String
        var parent: NodeID
        var note: String?
    }

    struct Message: Equatable {
        var folder: NodeID
        var number: Int
        var isRead: Bool
        var keywords: [String]
        var marker: String?
    }

    static let keywords = NamedProperty(set: .psPublicStrings, string: "Keywords")
    static let marker = NamedProperty(set: .psetidMailBackup, string: "SourceIdentity")
    static let note = NamedProperty(set: .psetidMailBackup, string: "SourceFolder")

    var folders: [NodeID: Folder] = [:]
    var messages: [NodeID: Message] = [:]

    func isBelow(_ folder: NodeID, _ ancestor: NodeID) -> Bool {
        var next = folder
        while true {
            if next == ancestor { return true }
            guard let up = folders[next]?.parent else { return false }
            next = up
        }
    }

    func isEmpty(_ folder: NodeID) -> Bool {
        !folders.values.contains { $0.parent == folder } && !messages.values.contains { $0.folder == folder }
    }

    /// What a reader finds, in the same form.
    static func read(_ storage: any Storage, known: [NodeID: Int]) throws -> StoreModel {
        let reader = try PSTReader.open(storage)
        var model = StoreModel()
        let tree = reader.folderTree()
        guard reader.problems.isEmpty, tree.problems.isEmpty else {
            throw Complaint(text: "\(reader.problems + tree.problems)")
        }
        for folder in tree.folders {
            var note: String?
            if case .string(let text)? = folder.properties[Self.note] { note = text }
            model.folders[folder.id] = Folder(name: folder.name, parent: folder.parent, note: note)
            let contents = reader.contents(of: folder.id)
            guard contents.problems.isEmpty else { throw Complaint(text: "\(contents.problems)") }
            var unread: Int32 = 0
            for row in contents.rows {
                let message = try reader.message(row.id)
                guard message.problems.isEmpty else { throw Complaint(text: "\(message.problems)") }
                let properties = message.object.properties
                let flags = MessageFlags(rawValue: properties.integer32(.messageFlags) ?? 0)
                if !flags.contains(.read) { unread += 1 }
                var found = Message(
                    folder: folder.id, number: known[row.id] ?? -1, isRead: flags.contains(.read), keywords: [],
                    marker: nil)
                if case .multipleString(let texts)? = properties[Self.keywords] { found.keywords = texts }
                if case .string(let text)? = properties[Self.marker] { found.marker = text }
                let id = properties.string(.internetMessageId)
                if id != "<\(found.number)@example.org>" { throw Complaint(text: "message \(row.id) is \(id ?? "")") }
                model.messages[row.id] = found
            }
            if folder.properties.integer32(.contentUnreadCount) != unread {
                throw Complaint(text: "folder \(folder.id): unread count is not \(unread)")
            }
        }
        return model
    }

    /// Everything that our own verifier finds wrong.
    static func findings(_ storage: any Storage, isOurs: Bool = true) throws -> [String] {
        let findings = Findings()
        let summary = try PSTVerifier.run(on: storage, profile: isOurs ? .fresh : .any) { finding in
            findings.lines.append(finding.description)
        }
        if !summary.isComplete { findings.lines.append("the file could not be looked at") }
        return findings.lines
    }

    private final class Findings {
        var lines: [String] = []
    }

    struct Complaint: Error, CustomStringConvertible {
        let text: String
        var description: String { text }
    }
}
