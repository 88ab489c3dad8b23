import Glibc

/// A PST could not be read by libpst.
public struct LibpstError: Error, CustomStringConvertible {
    public let description: String
}

/// Reads a whole PST through libpst, whose reader has nothing in common with our writer.
public enum LibpstReader {
    /// All messages, folder by folder, in libpst's order: that of their node ids, which is the order of writing.
    public static func messages(of path: String) throws -> [LibpstMessage] {
        // libpst keeps global state.
        lock.lock()
        defer { lock.unlock() }
        let session = try LibpstSession.open(path)
        var messages: [LibpstMessage] = []
        try session.forEachItem { _, item in messages.append(try item.get()) }
        return messages
    }

    /// Names of all folders, from the top of the personal folders.
    public static func folders(of path: String) throws -> [[String]] {
        lock.lock()
        defer { lock.unlock() }
        let session = try LibpstSession.open(path)
        try session.forEachItem { _, _ in }
        return session.folders
    }

    private static let lock = Lock()
}

/// A mutex for code that never suspends.
private final class Lock: Sendable {
    // A pthread mutex must keep its address.
    nonisolated(unsafe) private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }
}
