import MailStore
import Transfer

/// Writes a list of folders and messages, for people or as JSON.
final class ListPrinter {
    private let output: Output
    private let errors: Output
    private let isJSON: Bool
    private let showsMessages: Bool
    /// For people: folders are written when all are known, so that the columns stand.
    private var folders: [(folder: FolderInfo, totals: MailboxListing.Totals)] = []

    init(output: Output, errors: Output, isJSON: Bool, showsMessages: Bool) {
        self.output = output
        self.errors = errors
        self.isJSON = isJSON
        self.showsMessages = showsMessages
    }

    func add(_ event: MailboxListing.Event) {
        switch event {
        case .folder(let folder, let totals):
            if isJSON {
                output.write(Self.object(folder, totals).line)
            } else if showsMessages {
                let counts = "\(Format.count(totals.messages, "message")), \(Format.bytes(totals.bytes))"
                output.write("\(folder.path.description.printable): \(counts)\n\n")
            } else {
                folders.append((folder, totals))
            }
        case .message(let folder, let row, let summary):
            output.write(isJSON ? Self.object(folder, row, summary).line : Self.line(row, summary) + "\n")
        case .problem(let error):
            if isJSON {
                output.write(Self.object(error).line)
            } else {
                errors.write("mailbackup: \(TextReporter.line(error).printable)\n")
            }
        }
    }

    func finish(_ store: String, _ totals: MailboxListing.Totals, _ status: ExitStatus) {
        guard isJSON else {
            for line in Self.tree(folders) { output.write(line + "\n") }
            let counts = "\(Format.count(totals.messages, "message")) in \(Format.count(totals.folders, "folder"))"
            let problems = totals.problems > 0 ? ", \(Format.count(totals.problems, "problem"))" : ""
            output.write("\(store.printable): \(counts), \(Format.bytes(totals.bytes))\(problems)\n")
            return
        }
        var object = Self.begin("list-finished")
        object.set("source", store)
        object.set("folders", totals.folders)
        Self.set(totals, in: &object)
        object.set("problems", totals.problems)
        object.set("status", Int(status.rawValue))
        output.write(object.line)
    }

    // MARK: For people

    private static let longestName = 60

    static func tree(_ folders: [(folder: FolderInfo, totals: MailboxListing.Totals)]) -> [String] {
        let names = folders.map { entry in
            let depth = max(entry.folder.path.names.count - 1, 0)
            return String(repeating: "  ", count: depth) + (entry.folder.path.names.last ?? "").printable
        }
        let width = min(names.map(\.count).max() ?? 0, longestName)
        return zip(names, folders).map { name, entry in
            let count = Format.count(entry.totals.messages).padded(to: 10, onLeft: true)
            let noun = entry.totals.messages == 1 ? "message " : "messages"
            let size = Format.bytes(entry.totals.bytes).padded(to: 10, onLeft: true)
            return "\(name.padded(to: width)) \(count) \(noun) \(size)"
        }
    }

    static func line(_ row: ContentsRow, _ summary: MessageSummary?) -> String {
        let date = (row.deliveryTime ?? summary?.date)?.localText ?? ""
        let fields = [
            date.padded(to: 16), flags(row.state).padded(to: 6), fitted(summary?.from ?? "", to: 28),
            fitted(summary?.subject ?? "(cannot be opened)", to: 44),
            Format.bytes(row.size).padded(to: 9, onLeft: true),
        ]
        let attachments = summary?.attachments.map { $0.isEmpty ? "(unnamed)" : $0.printable } ?? []
        let line =
            "  " + (fields + (attachments.isEmpty ? [] : [attachments.joined(separator: ", ")])).joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static func fitted(_ text: String, to width: Int) -> String {
        let text = text.printable
        return text.count > width ? text.prefix(width - 1) + "…" : text.padded(to: width)
    }

    /// As Maildir writes them.
    static func flags(_ state: MessageState) -> String {
        let flags = [
            (state.draft, "D"), (state.flagged, "F"), (state.forwarded, "P"), (state.answered, "R"), (state.seen, "S"),
            (state.deleted, "T"),
        ]
        return flags.map { $0.0 ? $0.1 : "" }.joined()
    }

    // MARK: JSON

    private static func begin(_ event: String) -> JSONObject {
        var object = JSONObject()
        object.set("schema", JSONReporter.schema)
        object.set("event", event)
        return object
    }

    private static func set(_ totals: MailboxListing.Totals, in object: inout JSONObject) {
        object.set("messages", totals.messages)
        object.set("unread", totals.unread)
        object.set("bytes", totals.bytes)
    }

    private static func object(_ folder: FolderInfo, _ totals: MailboxListing.Totals) -> JSONObject {
        var object = begin("folder")
        object.set("folder", folder.path.description)
        object.set("path", folder.path.names)
        if let role = folder.role { object.set("role", role.rawValue) }
        set(totals, in: &object)
        return object
    }

    private static func object(_ folder: FolderInfo, _ row: ContentsRow, _ summary: MessageSummary?) -> JSONObject {
        var object = begin("message")
        object.set("folder", folder.path.description)
        object.set("id", row.id.rawValue)
        if let time = row.deliveryTime { object.set("time", time.universalText) }
        object.set("flags", flagNames(row.state))
        object.set("keywords", row.state.keywords)
        object.set("bytes", row.size)
        guard let summary else { return object }
        if let date = summary.date { object.set("date", date.universalText) }
        object.set("from", summary.from)
        object.set("subject", summary.subject)
        object.set("message_id", summary.messageID)
        object.set("attachments", summary.attachments)
        return object
    }

    private static func flagNames(_ state: MessageState) -> [String] {
        let flags = [
            (state.draft, "draft"), (state.flagged, "flagged"), (state.forwarded, "forwarded"),
            (state.answered, "answered"), (state.seen, "seen"), (state.deleted, "deleted"),
        ]
        return flags.filter(\.0).map(\.1)
    }

    private static func object(_ error: StoreError) -> JSONObject {
        var object = begin("problem")
        object.set("code", JSONReporter.name(error.code))
        object.set("message", error.message)
        if let folder = error.folder { object.set("folder", folder.description) }
        if let id = error.messageID { object.set("message_id", id.rawValue) }
        return object
    }
}
