/// A folder's identity inside its store; opaque to everyone else.
public struct FolderID: Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// A message's identity inside its store; opaque to everyone else. It stays when the message's state changes
/// (an IMAP UID, a Maildir unique name).
public struct MessageID: Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Where a folder stands in its tree: display names from the top, any Unicode, slashes too.
public struct FolderPath: Hashable, Sendable {
    public var names: [String]

    public init(_ names: [String]) {
        self.names = names
    }

    /// For people: names joined by "/", a slash inside a name written as "\/".
    public var description: String {
        names.map { $0.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "\\/") }
            .joined(separator: "/")
    }
}

/// Special-use roles — RFC 6154, and INBOX.
public enum FolderRole: String, Hashable, Sendable, CaseIterable {
    case inbox, sent, drafts, trash, junk, archive
}

/// One row of a hierarchy table.
public struct FolderInfo: Hashable, Sendable {
    public let id: FolderID
    public let path: FolderPath
    public let role: FolderRole?
    /// False where the folder only holds others (\Noselect, a Maildir++ parent that does not exist).
    public let holdsMessages: Bool
    /// What stays when the folder is renamed or moved (IMAP's MAILBOXID, a Maildir's directory); nil where the store has
    /// nothing of the kind. A hint: what lies in the folder decides.
    public let persistentID: String?

    public init(
        id: FolderID, path: FolderPath, role: FolderRole?, holdsMessages: Bool = true, persistentID: String? = nil
    ) {
        self.id = id
        self.path = path
        self.role = role
        self.holdsMessages = holdsMessages
        self.persistentID = persistentID
    }
}

/// The folders of a store, and what stands in its tree and could not be read as a folder.
public struct HierarchyTable: Sendable {
    public var folders: [FolderInfo]
    /// Each told in one line; the folders it is about are missing from `folders`.
    public var problems: [StoreError]

    public init(folders: [FolderInfo], problems: [StoreError] = []) {
        self.folders = folders
        self.problems = problems
    }
}

/// A folder to be created in a writable store.
public struct NewFolder: Hashable, Sendable {
    /// nil: below the top of the tree.
    public let parent: FolderID?
    public let name: String
    public let role: FolderRole?

    public init(parent: FolderID?, name: String, role: FolderRole?) {
        self.parent = parent
        self.name = name
        self.role = role
    }
}
