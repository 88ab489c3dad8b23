import BinaryIO
import MAPI
import PSTNDB

/// EntryID of an object in a PST, [MS-PST] 2.4.3.2: four zero bytes, the store's record key, the NID.
struct EntryID {
    let recordKey: GUID
    let node: NodeID

    init(recordKey: GUID, node: NodeID) {
        self.recordKey = recordKey
        self.node = node
    }

    /// nil for what is no entry id of a PST.
    init?(bytes: [UInt8]) {
        guard bytes.count == 24, let key = GUID(bytes: bytes[4..<20]) else { return nil }
        recordKey = key
        node = NodeID(rawValue: bytes.loadLittleEndian(UInt32.self, at: 20) ?? 0)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        bytes += recordKey.bytes
        bytes.append(littleEndian: node.rawValue)
        return bytes
    }
}
