import MAPI
import MailStore
import Testing

@testable import Transfer

@Suite("Versions of items")
struct ItemVersionsTests {
    private func entry(_ id: String, key: UInt8?, messageID: String?, kind: String = "ipm.note") -> ItemVersions.Entry {
        let version = ItemVersion(
            searchKey: key.map { [$0] }, messageID: messageID, messageClass: kind,
            modified: FileTime(unixSeconds: 0), content: 0)
        return ItemVersions.Entry(
            id: MessageID(rawValue: id), folder: FolderID(rawValue: "f"), version: version, key: nil)
    }

    private func found(_ entry: ItemVersions.Entry, in versions: ItemVersions) -> [String] {
        versions.versions(of: entry.version).map(\.id.rawValue)
    }

    @Test("The search key tells, and the message-ID where one of the two has no key; always within one class")
    func keys() {
        var versions = ItemVersions()
        for entry in [
            entry("both", key: 1, messageID: "a"), entry("without key", key: nil, messageID: "b"),
            entry("task", key: 1, messageID: "a", kind: "ipm.task"),
        ] { versions.add(entry) }
        #expect(found(entry("", key: 1, messageID: nil), in: versions) == ["both"])
        #expect(found(entry("", key: 2, messageID: "a"), in: versions) == [])
        #expect(found(entry("", key: nil, messageID: "a"), in: versions) == ["both"])
        #expect(found(entry("", key: 3, messageID: "b"), in: versions) == ["without key"])
        #expect(found(entry("", key: nil, messageID: nil), in: versions) == [])
        versions.remove(entry("both", key: 1, messageID: "a"))
        #expect(found(entry("", key: 1, messageID: "a"), in: versions) == [])
        #expect(found(entry("", key: 1, messageID: "a", kind: "ipm.task"), in: versions) == ["task"])
    }
}
