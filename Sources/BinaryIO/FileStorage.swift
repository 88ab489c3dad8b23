internal import CLinux
import Glibc

/// A ``Storage`` in a file.
public final class FileStorage: Storage {
    public let path: String
    private let descriptor: Int32
    /// Bytes written since the kernel was last asked to begin writing them out.
    private var unsubmitted: (start: UInt64, count: UInt64) = (0, 0)

    /// Write-back is started whenever this much has been written in one stretch, so that ``sync()`` finds
    /// little left to do and the disk works while we do.
    private static let writeBehind: UInt64 = 8 << 20

    private static let startWriting: UInt32 = 2

    public enum Mode: Sendable {
        /// Makes a new file (mode 0600); it is an error if one exists.
        case create
        case update
        case read
    }

    /// - Throws: ``StorageError`` with `errno` of open(2).
    public init(path: String, mode: Mode) throws(StorageError) {
        let flags: Int32 =
            switch mode {
            case .create: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
            case .update: O_RDWR | O_CLOEXEC
            case .read: O_RDONLY | O_CLOEXEC
            }
        descriptor = open(path, flags, 0o600)
        self.path = path
        guard descriptor >= 0 else {
            throw StorageError(operation: .open, path: path, errno: errno)
        }
    }

    deinit {
        close(descriptor)
    }

    public func size() throws(StorageError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw StorageError(operation: .open, path: path, errno: errno)
        }
        return UInt64(status.st_size)
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        guard let base = buffer.baseAddress else { return }
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, base + done, buffer.count - done, off_t(offset) + off_t(done))
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else {
                throw StorageError(operation: .read, path: path, offset: offset, errno: got < 0 ? errno : 0)
            }
            done += got
        }
    }

    public func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        guard let base = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let put = pwrite(descriptor, base + done, bytes.count - done, off_t(offset) + off_t(done))
            if put < 0 && errno == EINTR { continue }
            guard put > 0 else {
                throw StorageError(operation: .write, path: path, offset: offset, errno: put < 0 ? errno : ENOSPC)
            }
            done += put
        }
        startWriteBack(from: offset, count: UInt64(bytes.count))
    }

    private func startWriteBack(from offset: UInt64, count: UInt64) {
        if offset < unsubmitted.start || offset > unsubmitted.start + unsubmitted.count + Self.writeBehind {
            unsubmitted = (offset, 0)
        }
        unsubmitted.count = max(unsubmitted.count, offset + count - unsubmitted.start)
        if unsubmitted.count >= Self.writeBehind {
            // Only a hint: an error shows up again, and counts, at sync. (The hint of posix_fadvise would drop the pages
            // too, and the allocation maps, written last into the middle of them, would have to read them back.)
            _ = sync_file_range(descriptor, Int(unsubmitted.start), Int(unsubmitted.count), Self.startWriting)
            unsubmitted = (unsubmitted.start + unsubmitted.count, 0)
        }
    }

    public func resize(to size: UInt64) throws(StorageError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw StorageError(operation: .resize, path: path, offset: size, errno: errno)
        }
    }

    public func sync() throws(StorageError) {
        guard fdatasync(descriptor) == 0 else {
            throw StorageError(operation: .sync, path: path, errno: errno)
        }
    }
}
