import Foundation
import Glibc
import TestSupport

/// A Dovecot of one test, on this machine; it ends with this object.
final class DovecotServer {
    /// With TLS.
    let port: Int
    private let directory: TemporaryDirectory
    private let process = Process()

    static var isInstalled: Bool { CommandRun.isInstalled("dovecot") }

    var url: String { "imaps://127.0.0.1:\(port)" }
    var certificate: String { directory.path + "/cert.pem" }

    init() throws {
        directory = try TemporaryDirectory()
        let ports = try [Self.freePort(), Self.freePort()]
        port = ports[1]
        process.executableURL = URL(fileURLWithPath: Checkout.path + "/Scripts/start-dovecot")
        process.arguments = [directory.path, String(ports[0]), String(ports[1])]
        process.standardInput = FileHandle.nullDevice
        let log = directory.path + "/output"
        try Data().write(to: URL(fileURLWithPath: log))
        let output = FileHandle(forWritingAtPath: log)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // The server tells nobody when it listens: it is asked until it does.
        for _ in 0..<3_000 where process.isRunning {
            if Self.isTaken(port: port) { return }
            usleep(20_000)
        }
        throw ServerDidNotStart(log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
    }

    deinit {
        // Its processes end when the first one does.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The mailbox of a user, made where it is not there yet.
    func mailbox(of user: String) throws -> MaildirTree {
        try FileManager.default.createDirectory(
            atPath: "\(directory.path)/mail/\(user)", withIntermediateDirectories: true)
        return try MaildirTree("\(directory.path)/mail/\(user)/Maildir")
    }

    /// Gives the server what a test has written.
    func takeOver() throws {
        guard geteuid() == 0 else { return }
        _ = try CommandRun.run("chown", ["-R", "nobody:nogroup", directory.path + "/mail"]).succeeded()
    }

    private static func withAddress<Value>(
        _ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
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

    private static func isTaken(port: Int) -> Bool { withAddress(port) { connect($0, $1, $2) == 0 } }

    /// Below those that the system gives out by itself, and not where the tests of other modules look.
    private static func freePort() throws -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 12_000..<20_000)
            if withAddress(port, { bind($0, $1, $2) == 0 }) { return port }
        }
        throw SystemError(EADDRINUSE)
    }
}

/// What it said instead.
struct ServerDidNotStart: Error {
    let log: String
}
