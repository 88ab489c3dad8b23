import Foundation
import Glibc
package import IMAP
import Synchronization
package import TestSupport
package import Testing

/// A real server on this machine, stopped when the tests end.
package final class MailServer: Sendable {
    package enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case dovecot, cyrus
        package var testDescription: String { rawValue }
    }

    package let kind: Kind
    package let port: Int
    package let tlsPort: Int
    package let folder: String

    /// Where to find its certificate.
    package var certificate: String { folder + "/cert.pem" }
    /// Where a server that is Dovecot has the Maildir of a user.
    package func maildir(of user: String) -> String { "\(folder)/mail/\(user)/Maildir" }

    /// Started once for all tests.
    package static let dovecot: MailServer? = CommandRun.isInstalled("dovecot") ? try? start(.dovecot) : nil
    package static let cyrus: MailServer? = CommandRun.isInstalled("saslpasswd2") ? try? start(.cyrus) : nil

    /// A Dovecot that offers what IMAP4rev1 has, and no extension of it.
    package static let bareDovecot: MailServer? =
        CommandRun.isInstalled("dovecot")
        ? try? start(.dovecot, settings: ["imap_capability = IMAP4rev1 AUTH=PLAIN"]) : nil

    package static func of(_ kind: Kind) -> MailServer? {
        switch kind {
        case .dovecot: dovecot
        case .cyrus: cyrus
        }
    }

    /// Those that are there.
    package static let available = Kind.allCases.filter { of($0) != nil }
    package static let skipReason: Comment = "the mail servers are not installed (Scripts/install-packages test)"

    private init(kind: Kind, port: Int, tlsPort: Int, folder: String) {
        self.kind = kind
        self.port = port
        self.tlsPort = tlsPort
        self.folder = folder
    }

    private static let processes = Mutex<[Process]>([])
    private static let folders = Mutex<[TemporaryDirectory]>([])

    /// Starts one with settings of its own, for one test.
    package static func start(_ kind: Kind, settings: [String] = []) throws -> MailServer {
        let directory = try TemporaryDirectory(isKeptUntilExit: true)
        return try start(kind, in: directory, settings: settings)
    }

    /// - Parameter directory: kept until the end of the tests; what the settings name may be there already.
    package static func start(
        _ kind: Kind, in directory: TemporaryDirectory, settings: [String]
    ) throws -> MailServer {
        folders.withLock { $0.append(directory) }
        let ports = [try freePort(), try freePort()]
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Checkout.path + "/Scripts/start-\(kind.rawValue)")
        let last = kind == .dovecot ? String(ports[1]) : Checkout.path + "/.build/cyrus"
        process.arguments = [directory.path, String(ports[0]), last] + settings
        process.standardInput = FileHandle.nullDevice
        _ = FileManager.default.createFile(atPath: directory.path + "/output", contents: nil)
        let output = FileHandle(forWritingAtPath: directory.path + "/output")
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let isFirst = processes.withLock { processes in
            processes.append(process)
            return processes.count == 1
        }
        if isFirst {
            atexit {
                for process in MailServer.processes.withLock({ $0 }) {
                    kill(process.processIdentifier, SIGTERM)
                    // Dovecot has inherited a mask that blocks it. Its processes end when the first one does.
                    if process.executableURL?.lastPathComponent == "start-dovecot" {
                        kill(process.processIdentifier, SIGKILL)
                    }
                }
            }
        }
        // The server tells nobody when it listens: it is asked until it does.
        for _ in 0..<3_000 {
            if listens(ports[0]) {
                return MailServer(kind: kind, port: ports[0], tlsPort: ports[1], folder: directory.path)
            }
            guard process.isRunning else { break }
            usleep(20_000)
        }
        throw ServerFailure(
            description: (try? String(contentsOfFile: directory.path + "/output", encoding: .utf8)) ?? "")
    }

    private static func withSocket<Value>(_ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Value, port: Int)
        -> Value
    {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func listens(_ port: Int) -> Bool {
        withSocket({ connect($0, $1, $2) == 0 }, port: port)
    }

    private static let givenPorts = Mutex<Set<Int>>([])

    /// A port that nobody has, and that no connection and no other server of the tests gets: below those that the system
    /// gives out by itself.
    private static func freePort() throws -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 20_000..<32_000)
            guard givenPorts.withLock({ $0.insert(port).inserted }),
                withSocket({ bind($0, $1, $2) == 0 }, port: port)
            else { continue }
            return port
        }
        throw SystemError(EADDRINUSE)
    }

    // MARK: Accounts

    private static let accounts = Mutex(0)

    /// The password of every user.
    package static let password = "secret"

    /// A user that no other test has.
    package func makeUser() throws -> String {
        let number = Self.accounts.withLock { count in
            count += 1
            return count
        }
        let user = "user\(number)"
        if kind == .cyrus {
            _ = try CommandRun.run(
                "sh",
                [
                    "-c", "printf %s \"$0\" | saslpasswd2 -p -c -f \"$1/sasldb2\" -u localhost \"$2\"", Self.password,
                    folder, user,
                ]
            ).succeeded()
        }
        return user
    }

    package static func account(_ user: String) -> Account {
        Account(user: user, proof: .password { () throws(IMAPError) in Secret(MailServer.password) })
    }

    package func options(_ user: String, port: Int? = nil) -> SessionOptions {
        SessionOptions(
            server: IMAPServer(host: "127.0.0.1", port: port ?? self.port, transport: .plaintext),
            account: Self.account(user))
    }

    /// Changes a mailbox as a mail program would.
    package func client(_ user: String) async throws -> MailProgram {
        MailProgram(try await IMAPSession.open(options(user)))
    }
}

/// A server, or what was to be prepared on it, failed.
package struct ServerFailure: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}
