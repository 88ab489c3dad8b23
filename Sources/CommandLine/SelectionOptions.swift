import ArgumentParser
import Transfer

/// Which folders and messages a command is about.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("folder"), parsing: .singleValue,
        help: ArgumentHelp("Only folders that match (repeatable).", valueName: "pattern"),
        transform: SelectionOptions.pattern)
    var folders: [FolderPattern] = []

    @Option(
        name: .customLong("exclude-folder"), parsing: .singleValue,
        help: ArgumentHelp("Leave out folders that match (repeatable).", valueName: "pattern"),
        transform: SelectionOptions.pattern)
    var excludedFolders: [FolderPattern] = []

    @Option(
        help: ArgumentHelp("Only messages delivered at that moment or later.", valueName: "date"),
        transform: SelectionOptions.time)
    var after: PointInTime?

    @Option(
        help: ArgumentHelp("Only messages delivered earlier than that moment.", valueName: "date"),
        transform: SelectionOptions.time)
    var before: PointInTime?

    @Option(
        help: ArgumentHelp("Only messages of more bytes.", valueName: "size"), transform: SelectionOptions.size)
    var larger: ByteSize?

    @Option(
        help: ArgumentHelp("Only messages of fewer bytes.", valueName: "size"), transform: SelectionOptions.size)
    var smaller: ByteSize?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Only messages whose subject contains the text (repeatable: all).", valueName: "text"))
    var subject: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Only messages with an attachment of such a name (repeatable: any).", valueName: "pattern"))
    var attachment: [String] = []

    @Flag(help: "Only unread messages.")
    var unread = false

    @Flag(help: "Only flagged messages.")
    var flagged = false

    @Option(
        name: .customLong("message-id"), parsing: .singleValue,
        help: ArgumentHelp("Only the message with this Message-ID (repeatable: any).", valueName: "id"))
    var messageIDs: [String] = []

    static let explanation = """
        Patterns for folders: "*" stands for anything, "%" for anything within one level, "/" separates levels, \
        "\\" takes the next character as it is. #inbox#, #sent#, #drafts#, #trash#, #junk# and #archive# stand \
        for these folders in any language. Patterns for attachments: "*" stands for anything, "?" for one character, \
        the case of letters does not matter.

        Dates: 2025-01-31 (its first moment), 2025-01-31T08:30, 2025-01-31T08:30:15Z or with +01:00; local time where \
        no zone is given. --after includes the moment, --before does not: --after 2025-01-01 --before 2025-02-01 is \
        January. Sizes: 1500, 25k, 10M, 1.5G (thousands), 10MiB (1024s).
        """

    func validate() throws {
        if let after, let before, before.time <= after.time {
            throw ValidationError("--before is not later than --after: no message can match")
        }
        if let larger, let smaller, smaller.bytes <= larger.bytes {
            throw ValidationError("--smaller is not more than --larger: no message can match")
        }
        if messageIDs.contains(where: { MessageSelection.bare($0).isEmpty }) {
            throw ValidationError("--message-id is empty")
        }
        if attachment.contains("") { throw ValidationError("--attachment is empty") }
    }

    var selection: Selection {
        var messages = MessageSelection()
        messages.after = after?.time
        messages.before = before?.time
        messages.larger = larger?.bytes
        messages.smaller = smaller?.bytes
        messages.unread = unread
        messages.flagged = flagged
        messages.subjects = subject
        messages.attachments = attachment.map { NamePattern($0) }
        messages.messageIDs = Set(messageIDs.map(MessageSelection.bare))
        return Selection(
            folders: FolderSelection(included: folders, excluded: excludedFolders), messages: messages)
    }

    private static func pattern(_ text: String) throws -> FolderPattern {
        do throws(FolderPattern.Invalid) {
            return try FolderPattern(text)
        } catch {
            throw ValidationError(error.message)
        }
    }

    private static func time(_ text: String) throws -> PointInTime {
        guard let time = PointInTime(text) else {
            throw ValidationError("'\(text)' is no date: write 2025-01-31 or 2025-01-31T08:30")
        }
        return time
    }

    static func size(_ text: String) throws -> ByteSize {
        guard let size = ByteSize(text) else {
            throw ValidationError("'\(text)' is no size: write 1500, 25k, 10M, 1.5G or 10MiB")
        }
        return size
    }
}
