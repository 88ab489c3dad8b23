import Foundation

/// A program that was run to its end.
public struct CommandRun: Sendable {
    /// The exit status, or minus the number of the signal that ended it.
    public let status: Int32
    public let output: [UInt8]
    public let errorOutput: String

    public var outputText: String { String(decoding: output, as: UTF8.self) }

    /// Both outputs, to be shown where an expectation fails.
    public var transcript: String { "status \(status)\n\(outputText)\n\(errorOutput)" }

    /// This run, where it succeeded.
    ///
    /// - Throws: ``CommandFailure`` with everything it said, where it did not.
    public func succeeded() throws -> CommandRun {
        guard status == 0 else { throw CommandFailure(description: transcript) }
        return self
    }

    /// Runs a program and waits for it.
    ///
    /// - Parameters:
    ///   - program: a path, or a name to be found in `PATH`.
    ///   - environment: added to that of the tests.
    public static func run(
        _ program: String, _ arguments: [String], in directory: String? = nil, environment: [String: String] = [:]
    ) throws -> CommandRun {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        process.environment = try StateHome.environment(environment)
        process.standardInput = FileHandle.nullDevice
        // Files, not pipes: a pipe that nobody reads stops the program.
        let captured = try TemporaryDirectory()
        let paths = [captured.path + "/out", captured.path + "/err"]
        let handles = try paths.map { path in
            try Data().write(to: URL(fileURLWithPath: path))
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        process.waitUntilExit()
        for handle in handles { try handle.close() }
        let captures = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        return CommandRun(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: Array(captures[0]), errorOutput: String(decoding: captures[1], as: UTF8.self))
    }

    /// Whether a program of this name is installed.
    public static func isInstalled(_ program: String) -> Bool {
        (try? run("sh", ["-c", "command -v \"$0\"", program]))?.status == 0
    }
}

/// A program that had to succeed, and did not.
public struct CommandFailure: Error, CustomStringConvertible {
    public let description: String
}
