/// Bounds on what is read of objects.
enum MessagingLimits {
    /// Tables that are worked on at a time: the contents and hierarchy tables of four folders.
    static let openTables = 8
    /// Bytes of one stream of the name-to-id map: 32,767 names of 255 characters are fewer.
    static let nameStream = 32 << 20
    /// Bytes of an entry id or record key of the store.
    static let entryID = 4096
    /// Depth of messages in messages that is followed; as deep as they are written.
    static let embedding = 40
    /// Bytes of one attachment that are held in memory, and of all of a message; more are streamed.
    static let attachmentInMemory = 4 << 20
    static let attachmentsInMemory = 16 << 20
    /// Depth of folders in folders; deeper ones are shown at the top.
    static let folderDepth = 256
    /// Messages that are looked at for the store's usual code page.
    static let sampledMessages = 64
    /// Problems of one message that are told one by one.
    static let problems = 100
}
