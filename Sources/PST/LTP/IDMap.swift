import BinaryIO
public import PSTNDB

/// Node 0xC01, which is not in the specification: a BTH from the 16-byte ids in PidTagReplItemId to NIDs.
public enum IDMap {
    /// The map of a store whose rows carry no such ids: what Outlook writes into a new file.
    public static func empty(into images: inout BlockImages) throws(LTPError) -> NodeImage {
        var heap = HeapOnNode(client: .idMap)
        // The user root is an item that holds the id of the next one, the BTH's header.
        var pointer: [UInt8] = []
        pointer.append(littleEndian: HeapID(page: 0, item: 2).rawValue)
        heap.userRoot = try heap.allocate(pointer)
        _ = try BTreeOnHeap(keySize: 16, valueSize: 4, in: &heap)
        return NodeImage(data: try appendHeap(&heap, to: &images), dataSize: UInt64(heap.encodedSize))
    }
}
