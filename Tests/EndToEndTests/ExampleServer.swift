import Foundation
import Glibc
import Synchronization
import TestSupport

/// A Dovecot with the mailbox of "fredb" and of "fredb@example.com", for the examples in the documents; one for all of them.
final class ExampleServer: Sendable {
    let port: Int
    let tlsPort: Int
    var certificate: String { directory.path + "/cert.pem" }

    private let directory: TemporaryDirectory
    private let process: Process

    /// nil where Dovecot is not installed.
    static let shared: Result<ExampleServer, any Error>? =
        CommandRun.isInstalled("dovecot") ? Result { try ExampleServer() } : nil

    private init() throws {
        directory = try TemporaryDirectory(isKeptUntilExit: true)
        port = Int.random(in: 12_000..<19_000)
        tlsPort = port + 1
        for user in ["fredb", "fredb@example.com"] {
            let home = "\(directory.path)/mail/\(user)"
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            try ExampleSandbox.makeMail(at: home + "/Maildir")
        }
        if getuid() == 0 {
            _ = try CommandRun.run("chown", ["-R", "nobody:nogroup", directory.path + "/mail"]).succeeded()
        }
        process = Process()
        process.executableURL = URL(fileURLWithPath: Checkout.path + "/Scripts/start-dovecot")
        process.arguments = [directory.path, String(port), String(tlsPort)]
        process.standardInput = FileHandle.nullDevice
        let log = directory.path + "/output"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: log)
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        Self.stopAtExit(process.processIdentifier)
        // The server tells nobody when it listens: it is asked until it does.
        while !isListening {
            guard process.isRunning else {
                throw ExampleFailure(description: try String(contentsOfFile: log, encoding: .utf8))
            }
            sched_yield()
        }
    }

    private static let started = Mutex<pid_t?>(nil)

    private static func stopAtExit(_ process: pid_t) {
        started.withLock { $0 = process }
        // Dovecot has inherited a mask that blocks SIGTERM; its other processes end when the first one does.
        atexit {
            if let process = ExampleServer.started.withLock({ $0 }) { kill(process, SIGKILL) }
        }
    }

    private var isListening: Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// What had to be prepared for the examples failed.
struct ExampleFailure: Error, CustomStringConvertible {
    let description: String
}
