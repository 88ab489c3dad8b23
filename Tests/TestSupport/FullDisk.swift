public import BinaryIO

/// A storage on a disk with little room: writing where nothing was written before takes a page of 4 KB, and fails with
/// ENOSPC when none is left. Extending without writing takes none, as for a sparse file.
public final class FullDisk: Storage {
    private let storage: any Storage
    private var taken: Set<UInt64> = []
    /// Pages that are left.
    public var room: Int

    private static let page: UInt64 = 4096

    /// - Parameters:
    ///   - storage: what is in it has its pages.
    ///   - room: pages that are left.
    public init(_ storage: any Storage, room: Int) throws(StorageError) {
        self.storage = storage
        self.room = room
        let size = try storage.size()
        if size > 0 { taken = Set(0...(size - 1) / Self.page) }
    }

    public var path: String { storage.path }

    public func size() throws(StorageError) -> UInt64 { try storage.size() }

    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        try storage.read(into: buffer, at: offset)
    }

    public func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        guard !bytes.isEmpty else { return }
        let needed = Set(offset / Self.page...(offset + UInt64(bytes.count) - 1) / Self.page).subtracting(taken)
        guard needed.count <= room else {
            throw StorageError(operation: .write, path: path, offset: offset, errno: 28)
        }
        room -= needed.count
        taken.formUnion(needed)
        try storage.write(bytes, at: offset)
    }

    public func resize(to size: UInt64) throws(StorageError) {
        let gone = taken.filter { $0 * Self.page >= size }
        taken.subtract(gone)
        room += gone.count
        try storage.resize(to: size)
    }

    public func sync() throws(StorageError) { try storage.sync() }
}
