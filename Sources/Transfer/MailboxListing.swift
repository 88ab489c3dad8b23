public import MailStore

/// Lists the selected folders of a store, with their messages.
public struct MailboxListing: Sendable {
    public struct Options: Sendable {
        public var selection: Selection
        /// Tell every message, with what its content says.
        public var opensMessages: Bool
        public var inspector: any MessageInspector

        public init(selection: Selection, opensMessages: Bool, inspector: any MessageInspector) {
            self.selection = selection
            self.opensMessages = opensMessages
            self.inspector = inspector
        }
    }

    public struct Totals: Hashable, Sendable {
        public var folders = 0
        public var messages = 0
        public var unread = 0
        /// As the store lists them.
        public var bytes = 0
        public var problems = 0

        public init() {}
    }

    public enum Event: Sendable {
        /// After the messages of the folder.
        case folder(FolderInfo, Totals)
        /// Without a summary where the message cannot be opened, which is then told too.
        case message(FolderInfo, ContentsRow, MessageSummary?)
        case problem(StoreError)
    }

    private let store: any MessageStore
    private let options: Options

    public init(store: any MessageStore, options: Options) {
        self.store = store
        self.options = options
    }

    /// - Throws: where the store as a whole cannot be read; `noInput` where no folder is selected.
    public func run(_ report: (Event) -> Void) async throws(StoreError) -> Totals {
        let selection = options.selection
        let hierarchy = try await store.hierarchy()
        let selected = hierarchy.folders.filter { selection.folders.selects($0, among: hierarchy.folders) }
        let unmatched = selection.folders.unmatched(in: hierarchy.folders)
        if selected.isEmpty && !hierarchy.folders.isEmpty {
            throw StoreError(.noInput, "no folder of \(store.description) is selected")
        }
        var totals = Totals()
        let found = FoundMessageIDs()
        var problems = hierarchy.problems
        problems += unmatched.map { StoreError(.noInput, "no folder matches '\($0.text)'") }
        for problem in problems { tell(problem, &totals, report) }
        for folder in selected { try await list(folder, found, &totals, report) }
        for id in selection.messages.messageIDs.subtracting(found.value).sorted() {
            tell(StoreError(.noInput, "no message has the Message-ID <\(id)>"), &totals, report)
        }
        return totals
    }

    private func tell(_ problem: StoreError, _ totals: inout Totals, _ report: (Event) -> Void) {
        totals.problems += 1
        report(.problem(problem))
    }

    private func list(
        _ folder: FolderInfo, _ found: FoundMessageIDs, _ totals: inout Totals, _ report: (Event) -> Void
    ) async throws(StoreError) {
        var table = ContentsTable(rows: [])
        if folder.holdsMessages {
            do {
                table = try await store.contents(of: folder)
            } catch {
                if error.code == .cancelled { throw error }
                tell(error, &totals, report)
                return
            }
        }
        for problem in table.problems { tell(problem, &totals, report) }
        var own = Totals()
        for row in table.rows where options.selection.messages.mayMatch(row) {
            guard try await isListed(row, folder, found, &totals, report) else { continue }
            own.messages += 1
            if !row.state.seen { own.unread += 1 }
            own.bytes = own.bytes.addingReportingOverflow(row.size).partialValue
        }
        if own.messages == 0 && options.selection.messages.isRestricting { return }
        totals.folders += 1
        totals.messages += own.messages
        totals.unread += own.unread
        totals.bytes = totals.bytes.addingReportingOverflow(own.bytes).partialValue
        report(.folder(folder, own))
    }

    /// Tells the message if it is selected.
    private func isListed(
        _ row: ContentsRow, _ folder: FolderInfo, _ found: FoundMessageIDs, _ totals: inout Totals,
        _ report: (Event) -> Void
    ) async throws(StoreError) -> Bool {
        let messages = options.selection.messages
        guard options.opensMessages || messages.needsContent(of: row) else { return true }
        do {
            let message = try await store.open(row, in: folder)
            let summary = options.inspector.summary(of: message)
            guard messages.matches(message, summary, found) else { return false }
            if options.opensMessages { report(.message(folder, message.row, summary)) }
        } catch {
            if error.code == .cancelled { throw error }
            if error.code == .vanished { return false }
            tell(error, &totals, report)
            guard !messages.needsContent(of: row) else { return false }
            if options.opensMessages { report(.message(folder, row, nil)) }
        }
        return true
    }
}
