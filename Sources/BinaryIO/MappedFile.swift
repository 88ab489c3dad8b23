import Glibc

/// A whole file as read-only memory, valid for the life of this object. A file that shrinks while mapped
/// would fault on access, so `init` copies files up to a bound and maps only larger ones.
public final class MappedFile: @unchecked Sendable {
    // @unchecked: the memory is never written after init and freed only in deinit.
    private let base: UnsafeMutableRawPointer?
    /// Length in bytes.
    public let count: Int
    private let isMapped: Bool

    /// Takes ownership of a copy of `bytes`: for content that was not a file of its own (decompressed mail).
    public init(copying bytes: UnsafeRawBufferPointer) {
        count = bytes.count
        isMapped = false
        guard let source = bytes.baseAddress, bytes.count > 0 else {
            base = nil
            return
        }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 16)
        memory.copyMemory(from: source, byteCount: bytes.count)
        base = memory
    }

    /// Takes over memory that was allocated with Swift's allocator.
    init(adopting memory: UnsafeMutableRawPointer?, count: Int) {
        base = memory
        self.count = count
        isMapped = false
    }

    private init(base: UnsafeMutableRawPointer?, count: Int, isMapped: Bool) {
        self.base = base
        self.count = count
        self.isMapped = isMapped
    }

    deinit {
        guard let base else { return }
        if isMapped {
            munmap(base, count)
        } else {
            base.deallocate()
        }
    }

    /// Files above this many bytes are mapped, smaller ones are read: mapping costs more than copying them.
    public static let mappingThreshold = 1 << 20

    /// The content of the open file `descriptor`, from its start to its present end.
    /// - Throws: ``StorageError`` with the operation that failed.
    public static func contents(of descriptor: Int32, path: String) throws(StorageError) -> MappedFile {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw StorageError(operation: .open, path: path, errno: errno)
        }
        let count = Int(status.st_size)
        guard count > 0 else { return MappedFile(base: nil, count: 0, isMapped: false) }
        if count > mappingThreshold {
            guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
                throw StorageError(operation: .read, path: path, errno: errno)
            }
            madvise(address, count, MADV_SEQUENTIAL)
            return MappedFile(base: address, count: count, isMapped: true)
        }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
        var done = 0
        while done < count {
            let got = pread(descriptor, memory + done, count - done, off_t(done))
            if got < 0 && errno == EINTR { continue }
            if got < 0 {
                let code = errno
                memory.deallocate()
                throw StorageError(operation: .read, path: path, offset: UInt64(done), errno: code)
            }
            if got == 0 { break }
            done += got
        }
        return MappedFile(base: memory, count: done, isMapped: false)
    }

    /// Tells that the bytes of `range` are not needed for now. Those of a mapped file leave the memory of this process,
    /// and are read from the file again when they are touched; without this, passing over a file of 2 GB once makes
    /// the process that large.
    public func discard(_ range: Range<Int>) {
        // A smaller file is little memory, and passed over more than once.
        guard isMapped, count > 2 * Self.discardStep, let base else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (max(range.lowerBound, 0) + page - 1) / page * page
        let end = min(range.upperBound, count) / page * page
        if start < end { madvise(base + start, end - start, MADV_DONTNEED) }
    }

    /// How much of a file is passed over before it is worth discarding, in bytes.
    public static let discardStep = 16 << 20

    public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }
}
