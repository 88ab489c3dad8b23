import Glibc
import MailStore

/// The right to write a PST, for one run at a time: flock(2) on the file itself, so that nothing is left behind however a
/// run ends.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``StoreError`` with code `temporary` where another run has it.
    init(path: String, shownAs name: String) throws(StoreError) {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreError(.inputOutput, "\(name): cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            defer { close(descriptor) }
            guard reason == EWOULDBLOCK else {
                throw StoreError(.inputOutput, "\(name): cannot be locked: \(String(cString: strerror(reason)))")
            }
            let holder = Self.holder(of: descriptor).map { "process \($0)" + (Self.start(of: $0) ?? "") }
            throw StoreError(.temporary, "\(name) is in use by \(holder ?? "another run")")
        }
    }

    deinit {
        // A child process that is being started may have a copy of the descriptor for a moment.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether the path still leads to the locked file.
    func isAt(_ path: String) -> Bool {
        var (own, other) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, stat(path, &other) == 0 else { return false }
        return own.st_dev == other.st_dev && own.st_ino == other.st_ino
    }

    /// The process that holds the lock, as the kernel tells it: proc(5), /proc/locks.
    private static func holder(of descriptor: Int32) -> Int32? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        for line in lines(of: "/proc/locks") {
            let fields = line.split(separator: " ")
            // A line with an arrow is of one who waits.
            guard fields.count >= 6, fields[1] == "FLOCK", let process = Int32(fields[4]), process > 0,
                let inode = fields[5].split(separator: ":").last.flatMap({ UInt64($0) }), inode == UInt64(status.st_ino)
            else { continue }
            return process
        }
        return nil
    }

    /// " (since …)", in local time.
    private static func start(of process: Int32) -> String? {
        // The name, in parentheses, may hold anything; the 20th field behind it is the start in ticks since boot.
        guard let line = lines(of: "/proc/\(process)/stat").first, let close = line.lastIndex(of: ")"),
            let boot = lines(of: "/proc/stat").first(where: { $0.hasPrefix("btime ") })?.split(separator: " ").last
                .flatMap({ Int($0) })
        else { return nil }
        let fields = line[line.index(after: close)...].split(separator: " ")
        let rate = sysconf(Int32(_SC_CLK_TCK))
        guard fields.count > 19, let ticks = Int(fields[19]), rate > 0 else { return nil }
        var time = time_t(boot + ticks / rate)
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { return nil }
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M", &parts)
        guard count > 0 else { return nil }
        return " (since \(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)))"
    }

    private static func lines(of path: String) -> [Substring] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while text.count < largestFile {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
    }

    /// Bytes of /proc/locks that are looked at.
    private static let largestFile = 4 << 20
}
