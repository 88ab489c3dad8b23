import BinaryIO
import Foundation
import Glibc
import MailServers
import Synchronization
import TestSupport
import Testing

/// A secret goes to the server, and nowhere else.
@Suite("Secrets")
struct SecretTests {
    /// Found nowhere by chance; the quotation mark and the backslash are spelled otherwise in quoted strings.
    private static let secret = #"Zx7-Qu9"vB\k4Wm2-pLt"#

    /// How a secret is given, and with which options.
    enum Way: String, CaseIterable {
        case command, file, credential, token

        fileprivate func options(in directory: TemporaryDirectory) throws -> [String] {
            let file = try ServerPlace.secretFile(SecretTests.secret, in: directory, "fredb.secret")
            return switch self {
            case .command: ["--password-command", "cat '\(file)'"]
            case .file: ["--password-file", file]
            case .credential: ["--password-credential", "fredb.secret"]
            case .token: ["--oauth-token-command", "cat '\(file)'"]
            }
        }
    }

    /// What the secret looks like where it is: as it is, in a quoted string, in UTF-16 as a PST has it, in base64 at each of
    /// the three places that it can have there.
    private static let forms: [[UInt8]] = {
        let bytes = Array(secret.utf8)
        let quoted = secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let base64 = (0..<3).map { offset in
            Array(Base64.encoded([UInt8](repeating: 0x20, count: offset) + bytes).utf8.dropFirst(4).dropLast(4))
        }
        return [bytes, Array(quoted.utf8), bytes.flatMap { [$0, 0] }] + base64
    }()

    /// The forms of the secret that are in `bytes`.
    private static func found(in bytes: [UInt8]) -> [[UInt8]] {
        let data = Data(bytes)
        return forms.filter { data.range(of: Data($0)) != nil }
    }

    /// Command lines and environments of all processes that can be looked at.
    private static func processes() -> [UInt8] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { $0.allSatisfy(\.isNumber) }.flatMap { name in
            ["cmdline", "environ"].flatMap { file in
                FileManager.default.contents(atPath: "/proc/\(name)/\(file)").map { Array($0) + [0x0A] } ?? []
            }
        }
    }

    private static func everything(in directory: String, except names: Set<String>) -> [(String, [UInt8])] {
        let paths = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
        return paths.filter { !names.contains($0) }.compactMap { path in
            FileManager.default.contents(atPath: "\(directory)/\(path)").map { (path, Array($0)) }
        }
    }

    /// Expects nothing of the secret in what a run said and wrote.
    private func expectNothing(
        of run: CommandRun, _ place: ServerPlace, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(Self.found(in: run.output).isEmpty, sourceLocation: sourceLocation)
        #expect(Self.found(in: Array(run.errorOutput.utf8)).isEmpty, sourceLocation: sourceLocation)
        for (path, content) in Self.everything(in: place.directory.path, except: ["fredb.secret"]) {
            #expect(Self.found(in: content).isEmpty, "\(path)", sourceLocation: sourceLocation)
        }
    }

    private func place(_ server: ScriptedServer, _ way: Way) throws -> (ServerPlace, environment: [String: String]) {
        let secrets = try TemporaryDirectory()
        let place = try ServerPlace(
            port: server.port, secretOptions: try way.options(in: secrets), keeping: secrets)
        return (place, ["CREDENTIALS_DIRECTORY": secrets.path])
    }

    private static let capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 UNSELECT"

    @Test(
        "While a copy runs and afterwards, the secret is in no log, journal, PST, command line or environment",
        arguments: Way.allCases, ["text", "json"])
    func nowhere(way: Way, format: String) async throws {
        let seen = Mutex<[UInt8]>([])
        var small = SmallServer((1...5).map { "Subject: number \($0)\r\n\r\nhello\r\n" })
        small.capabilities = Self.capabilities
        small.intercept = { _, line in
            if line.contains("BODY.PEEK[]") { seen.withLock { $0 += Self.processes() } }
            return nil
        }
        let answering = small
        let server = try await ScriptedServer { connection, line in answering.answer(connection, line) }
        let (place, environment) = try place(server, way)
        let run = try place.run(
            [
                "copy", "--out", place.path("fredb.pst"), "--encoding", "none", "--verbose", "--log-format", format,
                "--since-state", "last", "--save-state", place.path("saved.state"),
            ], environment: environment)
        #expect(run.status == 0, "\(run.transcript)")
        expectNothing(of: run, place)
        let processes = seen.withLock { $0 }
        // The program was looked at, and the secret was given.
        #expect(Data(processes).range(of: Data("XDG_STATE_HOME=\(place.state)".utf8)) != nil)
        #expect(Self.found(in: processes).isEmpty)
        #expect(server.lines.contains { !Self.found(in: Array($0.utf8)).isEmpty })
        await server.stop()
    }

    @Test(
        "A server that repeats a refused secret, in whatever words, brings it nowhere",
        arguments: Way.allCases,
        [
            "$TAG NO [AUTHENTICATIONFAILED] wrong: SECRET\r\n", "$TAG NO [X-SECRET SECRET] wrong\r\n",
            "$TAG NO wrong (LINE)\r\n", "* BYE wrong: SECRET\r\n", "* BYE wrong: LINE\r\n", "$TAG BAD LINE\r\n",
            "* LINE\r\n", "garbage SECRET\r\n", "$TAG garbage LINE SECRET\r\n",
        ])
    func repeated(way: Way, answer: String) async throws {
        let server = try await ScriptedServer { _, line in
            if line.isEmpty { return [.send("* OK [CAPABILITY \(Self.capabilities)] x\r\n")] }
            let text = answer.replacing("SECRET", with: Self.secret).replacing("LINE", with: line)
            return [.send(text), .close]
        }
        let (place, environment) = try place(server, way)
        let run = try place.run(["check"], environment: environment)
        #expect([69, 77].contains(run.status), "\(run.status)")
        #expect(!run.errorOutput.isEmpty)
        expectNothing(of: run, place)
        #expect(server.lines.contains { !Self.found(in: Array($0.utf8)).isEmpty })
        await server.stop()
    }

    @Test("A server that repeats the secret after it has let us in brings it nowhere")
    func repeatedLater() async throws {
        var small = SmallServer((1...5).map { "Subject: number \($0)\r\n\r\nhello\r\n" })
        small.intercept = { _, line in
            guard line.contains("BODY.PEEK[]") else { return nil }
            return [.send("$TAG NO [SERVERBUG] not with \(Self.secret)\r\n")]
        }
        let answering = small
        let server = try await ScriptedServer { connection, line in answering.answer(connection, line) }
        let (place, environment) = try place(server, .file)
        let run = try place.run(
            ["copy", "--out", place.path("fredb.pst"), "--verbose"], environment: environment)
        #expect(run.status == 1, "\(run.status)")
        #expect((run.outputText + run.errorOutput).contains("(removed)"))
        expectNothing(of: run, place)
        await server.stop()
    }
}
