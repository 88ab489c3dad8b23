import BinaryIO
import MAPI
import MailStore
import PSTStore
import PSTVerification
import TestSupport
import Testing

/// A PST store with what tests do to it.
struct StoreUnderTest {
    let store: PSTStore
    let path: String

    static func create(in directory: TemporaryDirectory, _ name: String = "store.pst") throws -> StoreUnderTest {
        let path = directory.path + "/" + name
        return StoreUnderTest(
            store: try PSTStore.create(at: path, options: PSTStoreOptions(displayName: "Test")), path: path)
    }

    static func open(_ path: String) throws -> StoreUnderTest {
        StoreUnderTest(store: try PSTStore.open(at: path, options: PSTStoreOptions(displayName: "")), path: path)
    }

    func folder(_ name: String, _ role: FolderRole? = nil, below parent: FolderID? = nil) async throws -> FolderID {
        try await store.createFolder(NewFolder(parent: parent, name: name, role: role))
    }

    /// Imports a message as if a source with that folder had it.
    @discardableResult
    func save(
        _ text: String, id: String, _ state: MessageState = MessageState(), in folder: FolderID,
        _ role: FolderRole? = nil
    ) async throws -> MessageID {
        let bytes = Array(text.replacing("\n", with: "\r\n").utf8)
        let row = ContentsRow(
            id: MessageID(rawValue: id), state: state, deliveryTime: FileTime(unixSeconds: 1_700_000_000),
            size: bytes.count)
        let content = bytes.withUnsafeBytes { MappedFile(copying: $0) }
        let info = FolderInfo(id: FolderID(rawValue: "source"), path: FolderPath(["x"]), role: role)
        let message = StoredMessage(row: row, folder: info, content: .internet(content))
        let saved = try await store.save(try store.prepare(message), in: folder)
        #expect(saved.problems == [])
        return saved.id
    }

    /// Everything that our own verifier finds wrong, and the independent checker.
    static func complaints(_ path: String) throws -> [String] {
        final class Lines { var lines: [String] = [] }
        let lines = Lines()
        _ = try PSTVerifier(path: path, profile: .fresh).run { finding in lines.lines.append(finding.description) }
        if let complaint = try StrictChecker.complaints(about: path), !complaint.isEmpty {
            lines.lines.append(complaint)
        }
        return lines.lines
    }
}

extension MessageState {
    static func with(_ change: (inout MessageState) -> Void) -> MessageState {
        var state = MessageState()
        change(&state)
        return state
    }
}
