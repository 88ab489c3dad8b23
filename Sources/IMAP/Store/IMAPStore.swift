import BinaryIO
public import IMAP
import IMAPGrammar
public import MailStore
import Synchronization

/// A mailbox on an IMAP server as a message store. Nothing of it is changed: EXAMINE and BODY.PEEK only.
public final class IMAPStore: SynchronizingStore {
    public let description: String
    private let options: IMAPOptions
    private let pool: SessionPool
    private let contents = FetchedContents()
    private let budget: DownloadBudget
    /// As last listed.
    private let mailboxes = Mutex<[FolderID: Mailbox]>([:])
    private let labelOrder = Mutex<[[UInt8]]>([])
    private let notCopied = Mutex<[LeftOutFolder]>([])

    /// Connects and logs on.
    /// - Throws: `.loginRefused` where the server does not let the account in; `.unavailable`, `.temporary`,
    ///   `.configuration`.
    public static func connect(_ options: IMAPOptions) async throws(StoreError) -> IMAPStore {
        let store = IMAPStore(options)
        do throws(IMAPError) {
            _ = try await store.main.perform { session throws(IMAPError) in session.capabilities }
        } catch {
            throw store.failure(error)
        }
        return store
    }

    private init(_ options: IMAPOptions) {
        self.options = options
        let session = options.session
        description = "\(session.account.description) at \(session.server.description)"
        pool = SessionPool(options: options)
        budget = DownloadBudget(maximum: options.maximumDownload, shared: options.sharedBudget)
    }

    /// Says goodbye to the server. Nothing can be read afterwards.
    public func close() async { await pool.close() }

    /// The session, for what a store has no word for (a pre-flight check).
    public func session() async throws(StoreError) -> IMAPSession {
        do throws(IMAPError) {
            return try await main.perform { session throws(IMAPError) in session }
        } catch {
            throw failure(error)
        }
    }

    var main: SessionProvider { pool.main }

    func failure(_ error: IMAPError, _ folder: FolderInfo? = nil) -> StoreError {
        StoreError(error, at: description, folder: folder?.path)
    }

    // MARK: Hierarchy

    public func hierarchy() async throws(StoreError) -> HierarchyTable { try await hierarchyWithStates().table }

    public func hierarchyWithStates() async throws(StoreError) -> SynchronizedHierarchy {
        let entries: [HierarchyBuilder.Entry]
        do throws(IMAPError) {
            entries = try await main.perform { session throws(IMAPError) in
                let listed = try await MailboxListing(session: session).read()
                let builder = HierarchyBuilder(
                    namespaces: session.namespaces, spelling: session.spelling,
                    includesSharedFolders: options.includesSharedFolders,
                    includesVirtualFolders: options.includesVirtualFolders,
                    hasLabels: session.capabilities.contains("X-GM-EXT-1"))
                notCopied.withLock { $0 = builder.leftOut(of: listed) }
                return builder.build(listed)
            }
        } catch {
            throw failure(error)
        }
        let found = Dictionary(entries.map { ($0.info.id, $0.mailbox) }) { first, _ in first }
        mailboxes.withLock { $0 = found }
        labelOrder.withLock { $0 = entries.compactMap { GmailLabels.label(of: $0.mailbox) } }
        var states: [FolderID: SynchronizationState] = [:]
        for entry in entries where entry.info.holdsMessages {
            guard let status = entry.mailbox.status, let state = FolderState(status), state.isConclusive else {
                continue
            }
            states[entry.info.id] = state.state
        }
        return SynchronizedHierarchy(table: HierarchyTable(folders: entries.map(\.info)), states: states)
    }

    /// Folders of the account that are missing from the hierarchy on purpose, as last listed.
    public var foldersLeftOut: [LeftOutFolder] { notCopied.withLock { $0 } }

    // MARK: Contents

    public func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        guard folder.holdsMessages else { return ContentsTable(rows: []) }
        return try await reading(folder) { listing throws(IMAPError) in try await listing.all() }
    }

    public func changes(
        in folder: FolderInfo, since state: SynchronizationState?, given: [GivenMessage]
    ) async throws(StoreError) -> ContentsChanges {
        let known = state.flatMap { FolderState($0) }
        let name = MailboxName(folder.id)
        return try await reading(folder) { listing throws(IMAPError) in
            let detection = ChangeDetection(listing: listing, given: given) {
                [main] uids, isSuspicious throws(IMAPError) in
                if !isSuspicious {
                    return try await MailboxSearch(session: listing.session, mailbox: name).existing(uids)
                }
                return try await main.performAside { session throws(IMAPError) in
                    let selected = try await session.examine(name)
                    // Renumbered meanwhile: nothing is known to be gone.
                    guard selected.uidValidity == listing.selected.uidValidity else { return uids }
                    return try await MailboxSearch(session: session, mailbox: name).existing(uids)
                }
            }
            return try await detection.changes(since: known)
        }
    }

    /// Opens a mailbox anew and reads it.
    private func reading<Value: Sendable>(
        _ folder: FolderInfo, _ body: (ContentsListing) async throws(IMAPError) -> Value
    ) async throws(StoreError) -> Value {
        let name = MailboxName(folder.id)
        do throws(IMAPError) {
            return try await main.perform { session throws(IMAPError) in
                let selected = try await session.examine(name)
                guard selected.uidValidity > 0 else {
                    throw IMAPError(.protocolViolation, "the server gives no UIDVALIDITY")
                }
                let attributes = RowAttributes(
                    uidValidity: selected.uidValidity, hasEmailID: session.capabilities.contains("OBJECTID"),
                    labels: labels(of: folder, session))
                return try await body(
                    ContentsListing(
                        session: session, selected: selected, attributes: attributes, folder: folder.path))
            }
        } catch {
            if error.code == .rejected, await isGone(name) {
                throw StoreError(.vanished, "the folder is gone", folder: folder.path)
            }
            throw failure(error, folder)
        }
    }

    private func labels(of folder: FolderInfo, _ session: IMAPSession) -> GmailLabels? {
        guard session.capabilities.contains("X-GM-EXT-1"), let mailbox = mailboxes.withLock({ $0[folder.id] })
        else { return nil }
        return GmailLabels(
            order: labelOrder.withLock { $0 }, label: GmailLabels.label(of: mailbox), isAllMail: mailbox.isAllMail)
    }

    /// Whether a mailbox that could not be opened is not there at all.
    private func isGone(_ name: MailboxName) async -> Bool {
        let isListed = try? await main.perform { session throws(IMAPError) in
            try await session.connection.run(
                session.command("LIST \"\"", mailbox: name), named: "LIST", into: false
            ) { found, response in
                guard case .list(let mailbox) = response else { return false }
                if mailbox.attributes.isDisjoint(with: ["\\NONEXISTENT", "\\NOSELECT"]) { found = true }
                return true
            }.value
        }
        return isListed == false
    }

    // MARK: Messages

    public func prefetch(_ rows: ArraySlice<ContentsRow>, in folder: FolderInfo) {
        contents.forget(except: folder.id)
        fetch(contents.expect(Array(rows), in: folder.id, isAhead: true), folder)
    }

    public func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        guard MessageKey(row.id) != nil else {
            throw StoreError(.vanished, "no message of this folder", folder: folder.path, messageID: row.id)
        }
        let key = FetchedContents.Key(folder: folder.id, message: row.id)
        while true {
            if Task.isCancelled { throw StoreError(.cancelled, "stopped", folder: folder.path, messageID: row.id) }
            guard let outcome = await contents.take(key) else {
                fetch(contents.expect([row], in: folder.id, isAhead: false), folder)
                continue
            }
            switch outcome {
            case .success(let content): return message(row, folder, content)
            case .failure(FetchedContents.takenElsewhere): continue
            case .failure(let error): throw error
            }
        }
    }

    private func message(_ row: ContentsRow, _ folder: FolderInfo, _ content: MappedFile) -> StoredMessage {
        var problems: [String] = []
        if PlaceholderMessage.isPlaceholder(content) {
            problems.append("the server could not convert the message, and gave a text that says so in its place")
        } else if content.count == 0 && row.size > 0 {
            problems.append("the server gave no content of a message of \(row.size) bytes")
        }
        return StoredMessage(row: row, folder: folder, content: .internet(content), problems: problems)
    }

    /// Starts to fetch messages, without waiting; those that the budget does not allow are settled at once.
    private func fetch(_ rows: [ContentsRow], _ folder: FolderInfo) {
        var sizes: [UInt32: [UID: Int]] = [:]
        for row in rows {
            guard let key = MessageKey(row.id) else { continue }
            if budget.admits(row.size) {
                sizes[key.uidValidity, default: [:]][key.uid] = row.size
            } else {
                let error = StoreError(
                    .temporary, "\(description): the bytes that may be fetched in one run are spent",
                    folder: folder.path, messageID: row.id)
                contents.settle(FetchedContents.Key(folder: folder.id, message: row.id), .failure(error))
            }
        }
        for (uidValidity, sizes) in sizes {
            let batch = BatchFetch(
                pool: pool, contents: contents, options: options, budget: budget, place: description, folder: folder,
                uidValidity: uidValidity, mailbox: MailboxName(folder.id), sizes: sizes)
            let lease = pool.lease(messages: sizes.count, bytes: sizes.values.reduce(0, +))
            Task { await batch.run(over: lease) }
        }
    }
}
