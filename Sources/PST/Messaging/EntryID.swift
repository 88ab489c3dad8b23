import BinaryIO
import MAPI
import PSTNDB

/// EntryID of an object in a PST, [MS-PST] 2.4.3.2: four zero bytes, the store's record key, the NID.
struct EntryID {
    let recordKey: GUID
    let node: NodeID

    var bytes: [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        bytes += recordKey.bytes
        bytes.append(littleEndian: node.rawValue)
        return bytes
    }
}
