import ArgumentParser

/// The extreme mailboxes that must survive the copy.
enum Shape: String, CaseIterable, ExpressibleByArgument {
    case over4GB = "over-4gb"
    case wideFolder = "wide-folder"
    case hugeAttachment = "huge-attachment"
    case manyRecipients = "many-recipients"
    case manyAttachments = "many-attachments"
    case deepTree = "deep-tree"
    case manyFolders = "many-folders"

    var description: String {
        switch self {
        case .over4GB: "a PST of more than 4 GB: 60 attachments of 76 MB, and small mail before and after them"
        case .wideFolder: "one folder with 200,000 messages"
        case .hugeAttachment: "one attachment of 2 GB - 64 KB"
        case .manyRecipients: "one message with 2,000 recipients"
        case .manyAttachments: "one message with 500 attachments"
        case .deepTree: "a folder tree 64 levels deep, a message in each"
        case .manyFolders: "5,000 folders, a message in each"
        }
    }
}
