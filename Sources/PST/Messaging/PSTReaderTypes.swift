public import MAPI
public import PSTNDB

/// A folder as it is in a store.
public struct PSTFolder: Sendable {
    public let id: NodeID
    /// The folder it is shown in; the top folders of the tree have the one that the tree starts from.
    public let parent: NodeID
    /// PidTagDisplayName; empty where it cannot be read.
    public let name: String
    /// Names from the top of the tree.
    public let path: [String]
    /// All properties of the folder object.
    public let properties: PropertyBag
}

/// The folders below the top of a store's mail tree, parents before their children.
public struct PSTFolderTree: Sendable {
    /// The top (IPM subtree), which is no folder to people; in `folders` only if messages lie in it.
    public var top: NodeID
    public var folders: [PSTFolder] = []
    /// Folders beside the mail tree, where programs keep what people do not see (views, free/busy data).
    public var hidden: [PSTFolder] = []
    /// What is damaged, and how the tree was read all the same; one line each.
    public var problems: [String] = []
}

/// The messages of a folder.
public struct PSTContents: Sendable {
    public struct Row: Hashable, Sendable {
        public let id: NodeID
        /// False for a message of the folder that its contents table does not have.
        public let isListed: Bool
    }

    public var rows: [Row] = []
    public var problems: [String] = []
}

/// A message that was read, and what of it could not be.
public struct PSTMessage: Sendable {
    public var object: MessageObject
    /// Every value, recipient or attachment that is damaged and therefore missing from `object`; one line each.
    public var problems: [String]
    /// The code page of its 8-bit strings, as far as the message says.
    public var codePage: Int32?
    /// The folder it lies in.
    public var parent: NodeID
}
