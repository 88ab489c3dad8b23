import Foundation
import Glibc
import TestSupport

/// The built program, run as a process.
struct Program {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String

        var errorLines: [Substring] { errors.split(separator: "\n") }
    }

    /// Beside the test bundle that runs.
    static let path: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "mailbackup").path
        let built = Bundle.allBundles.map {
            $0.bundleURL.deletingLastPathComponent().appending(path: "mailbackup").path
        }
        return ([beside] + built).first { access($0, X_OK) == 0 } ?? beside
    }()

    var environment: [String: String] = [:]
    /// Run with the rights of a user who owns nothing; needs root.
    var asNobody = false

    func start(_ arguments: [String], output: Any, errors: Any) throws -> Process {
        let process = Process()
        if asNobody {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
            process.arguments = ["--reuid=65534", "--regid=65534", "--clear-groups", Self.path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: Self.path)
            process.arguments = arguments
        }
        process.environment = try StateHome.environment(environment)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return process
    }

    /// Runs it to its end. What it writes goes to files, so that no pipe can fill up.
    func run(_ arguments: [String]) throws -> Outcome {
        let place = try TemporaryFolder()
        let handles = try ["out", "err"].map { name in
            _ = FileManager.default.createFile(atPath: place.path(name), contents: nil)
            return try FileHandle(forWritingTo: URL(fileURLWithPath: place.path(name)))
        }
        let process = try start(arguments, output: handles[0], errors: handles[1])
        process.waitUntilExit()
        let texts = try ["out", "err"].map { try String(contentsOfFile: place.path($0), encoding: .utf8) }
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Outcome(status: status, output: texts[0], errors: texts[1])
    }
}
