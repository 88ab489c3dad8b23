import BinaryIO
import Conversion
import MAPI
public import MailStore

/// A PST as a source of internet mail: the bytes that were once received where the PST keeps them and the item is as it
/// was, else a message composed from the item's properties.
public final class PSTRestoreSource: MessageStore {
    private let source: any MessageStore
    public var description: String { source.description }

    /// With all parts of the PST.
    /// - Throws: as ``PSTSetSource/open(at:)``.
    public static func open(at path: String) throws(StoreError) -> PSTRestoreSource {
        PSTRestoreSource(try PSTSetSource.open(at: path))
    }

    init(_ source: any MessageStore) {
        self.source = source
    }

    /// Without the waste basket that every PST must have, as long as nothing lies in it: a copy of a mailbox that had
    /// none comes back without one.
    public func hierarchy() async throws(StoreError) -> HierarchyTable {
        var table = try await source.hierarchy()
        guard let basket = table.folders.first(where: { $0.role == .trash && $0.path == Self.wasteBasket }),
            !table.folders.contains(where: { $0.path.names.count > 1 && $0.path.names[0] == basket.path.names[0] })
        else { return table }
        let contents = try await source.contents(of: basket)
        if contents.rows.isEmpty && contents.problems.isEmpty { table.folders.removeAll { $0.id == basket.id } }
        return table
    }

    /// As a new PST names it.
    private static let wasteBasket = FolderPath(["Deleted Items"])

    public func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        try await source.contents(of: folder)
    }

    public func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        let message = try await source.open(row, in: folder)
        guard case .mapi(let object) = message.content else { return message }
        return StoredMessage(
            row: Self.dated(row, object), folder: folder, content: .produced(PSTMessageContent(object)),
            problems: message.problems)
    }

    /// What was never delivered (drafts, items made in Outlook) is dated by when it was sent or made.
    private static func dated(_ row: ContentsRow, _ object: MessageObject) -> ContentsRow {
        guard row.deliveryTime == nil else { return row }
        let tags: [PropertyTag] = [.clientSubmitTime, .creationTime, .lastModificationTime]
        guard let time = tags.lazy.compactMap({ object.properties.time($0) }).first else { return row }
        return ContentsRow(id: row.id, state: row.state, deliveryTime: time, size: row.size, location: row.location)
    }
}

/// An item of a PST as internet mail.
struct PSTMessageContent: MessageContentProducer {
    let object: MessageObject

    init(_ object: MessageObject) {
        self.object = object
    }

    var summary: MessageSummary { MessageSummary(object) }

    func produce(into sink: some MessageContentSink) throws(StoreError) -> ProducedContent {
        guard case .binary(let kept)? = object.properties[OriginalMessage.property] else {
            return try compose(into: sink)
        }
        let target = SinkAdapter(sink)
        do {
            let digest = try OriginalMessage.rebuild(from: kept, message: object) { try target.take($0) }
            return ProducedContent(.original, digest: digest)
        } catch {
            if let failure = target.failure { throw failure }
            try sink.restart()
            var composed = try compose(into: sink)
            composed.problems.append("composed from its properties, not byte for byte: \(error)")
            return composed
        }
    }

    private func compose(into sink: some MessageContentSink) throws(StoreError) -> ProducedContent {
        var target = SinkAdapter(sink)
        do throws(ExportError) {
            let notices = try InternetMessageExporter(options: ExportOptions(lineEnd: .lf)).export(object, to: &target)
            return ProducedContent(.composed, notices: notices)
        } catch {
            if let failure = target.failure { throw failure }
            switch error {
            case .output(let storage): throw StoreError(.inputOutput, "\(storage.operation.rawValue) failed")
            case .attachment(let name, let reason):
                throw StoreError(.badData, "the attachment '\(name)' cannot be read: \(reason)")
            }
        }
    }
}

/// Hands bytes on to a sink of the store abstraction, and keeps what it throws.
private final class SinkAdapter<Sink: MessageContentSink>: ByteSink {
    private let sink: Sink
    private(set) var failure: StoreError?

    init(_ sink: Sink) {
        self.sink = sink
    }

    func take(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        do throws(StoreError) {
            try sink.write(bytes)
        } catch {
            failure = error
            throw error
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        do throws(StoreError) {
            try take(bytes)
        } catch {
            throw StorageError(operation: .write, path: "", errno: 0)
        }
    }
}
