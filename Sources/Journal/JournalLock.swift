import Glibc
import MAPI
import MailStore

/// One run per journal: `PATH.lock`, locked as a whole, tells who holds it. The kernel unlocks it when the process ends,
/// however it ends; the file stays, because removing it would let two processes lock two files.
final class JournalLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `temporary` where another run holds it, `cannotCreate` where it cannot be made.
    init(journal path: String) throws(StoreError) {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFailure.error(errno, lockPath, "cannot create") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.text(of: descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw FileFailure.error(reason, lockPath, "cannot lock") }
            throw StoreError(.temporary, "\(path): the journal is in use by \(holder ?? "another run")")
        }
        self.descriptor = descriptor
        let text = Array("process \(getpid()) since \(FileTime.now.text)\n".utf8)
        // Who holds it is told to people only: a full disk must not hinder the run.
        if ftruncate(descriptor, 0) == 0 {
            _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        }
    }

    deinit {
        _ = ftruncate(descriptor, 0)
        // A child that is just being started may hold the descriptor a moment longer than we do.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Who holds the lock, as far as can be told without taking it: "process 4711 since 2025-11-25 01:00:00 UTC".
    static func holder(journal path: String) -> String? {
        let descriptor = open(path + ".lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let text = text(of: descriptor),
            let process = pid_t(text.dropFirst("process ".count).prefix { $0.isNumber }), process > 0
        else { return nil }
        // What a process wrote that was killed is still there.
        return kill(process, 0) == 0 || errno == EPERM ? text : nil
    }

    /// The line that the holder wrote.
    private static func text(of descriptor: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: JournalLimits.lockText)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        let line = bytes[..<count].prefix { $0 >= 0x20 && $0 < 0x7F }
        return line.starts(with: "process ".utf8) ? String(decoding: line, as: UTF8.self) : nil
    }
}

/// What the system says about a file.
enum FileFailure {
    static func error(_ number: Int32, _ path: String, _ what: String) -> StoreError {
        let code: StoreError.Code =
            switch number {
            case ENOSPC, EDQUOT, EIO, EFBIG: .inputOutput
            default: .cannotCreate
            }
        let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        return StoreError(code, "\(path): \(what): \(reason)")
    }
}
