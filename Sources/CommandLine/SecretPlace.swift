import Dispatch
import Glibc
import IMAP
import Synchronization

/// Where a password or token is; never the secret itself.
enum SecretPlace: Sendable {
    /// A shell command; the first line that it prints.
    case command(String)
    /// The first line of a file that nobody else can read.
    case file(String)
    /// A systemd credential: systemd.exec(5), LoadCredential=.
    case credential(String)

    private static let longest = 64 << 10

    /// - Parameters:
    ///   - bound: for a command.
    ///   - isCancelled: asked while a command runs.
    /// - Throws: ``IMAPError/Code/configuration``, without a word of what was read; ``IMAPError/Code/cancelled``.
    func read(
        within bound: Duration = ShellCommand.usualBound, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(IMAPError) -> Secret {
        switch self {
        case .command(let text):
            var command = ShellCommand(text)
            command.bound = bound
            command.isCancelled = isCancelled
            return try Self.output(of: command)
        case .file(let path): return try Self.content(of: path, isProtected: false)
        case .credential(let name):
            if let directory = getenv("CREDENTIALS_DIRECTORY"), !name.contains("/") {
                return try Self.content(of: String(cString: directory) + "/" + name, isProtected: true)
            } else {
                throw IMAPError(.configuration, "the credential \(name): systemd gave none to this process")
            }
        }
    }

    /// Of another kind than the tasks are on, which would be fewer as long as commands run.
    private static let queue = DispatchQueue(label: "secrets", qos: .userInitiated, attributes: .concurrent)

    /// As ``read(within:isCancelled:)``, without keeping other mailboxes waiting while a command runs; that ends with the task.
    func readAside() async throws(IMAPError) -> Secret {
        let isCancelled = CancellationFlag()
        let result: Result<Secret, IMAPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Self.queue.async {
                    do throws(IMAPError) {
                        continuation.resume(returning: .success(try read { isCancelled.value }))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        } onCancel: {
            isCancelled.set()
        }
        return try result.get()
    }

    private static func output(of command: ShellCommand) throws(IMAPError) -> Secret {
        let place = "the command for the password"
        let bytes: [UInt8]
        do throws(ShellCommand.Failure) {
            bytes = try command.output(longest: longest)
        } catch {
            let text =
                switch error {
                case .failed(let how): "\(place) failed (\(how))"
                case .timedOut:
                    "\(place), \(command.name), had not ended after \(command.bound.components.seconds) seconds,"
                        + " and was stopped"
                case .cancelled: throw IMAPError(.cancelled, "interrupted")
                case .cannotRun, .notTaken: "\(place) cannot be run"
                }
            throw IMAPError(.configuration, text)
        }
        return try secret(bytes, of: place)
    }

    private static func content(of path: String, isProtected: Bool) throws(IMAPError) -> Secret {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw IMAPError(.configuration, "\(path): cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard isProtected || (fstat(descriptor, &status) == 0 && status.st_mode & 0o077 == 0) else {
            throw IMAPError(.configuration, "\(path): others may read the password; chmod 600 it")
        }
        return try secret(read(descriptor), of: path)
    }

    private static func read(_ descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < longest {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func secret(_ bytes: [UInt8], of place: String) throws(IMAPError) -> Secret {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard !line.isEmpty else { throw IMAPError(.configuration, "\(place): there is no password in it") }
        return Secret(String(decoding: line, as: UTF8.self))
    }
}

private final class CancellationFlag: Sendable {
    private let isSet = Mutex(false)

    var value: Bool { isSet.withLock { $0 } }

    func set() { isSet.withLock { $0 = true } }
}
