import ArgumentParser

/// One extreme mailbox.
struct ShapeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shape", abstract: "An extreme mailbox.",
        discussion: Shape.allCases.map { "\($0.rawValue): \($0.description)" }.joined(separator: "\n"))

    @Argument(help: "Which one.") var shape: Shape
    @Argument(help: "Directory to create.") var directory: String

    func run() throws {
        var writer = try ShapeWriter(directory)
        switch shape {
        case .over4GB: try writer.writeOver4GB()
        case .wideFolder: try writer.writeWideFolder()
        case .hugeAttachment: try writer.writeHugeAttachment()
        case .manyRecipients: try writer.writeManyRecipients()
        case .manyAttachments: try writer.writeManyAttachments()
        case .deepTree: try writer.writeDeepTree()
        case .manyFolders: try writer.writeManyFolders()
        }
    }
}
