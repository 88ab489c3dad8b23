import BinaryIO
import Foundation
import MailStore
import PSTStore
import TestSupport
import Testing

@Suite("A PST store from its making to its end")
struct StoreLifeTests {
    private let directory: TemporaryDirectory
    private let path: String
    private static let mail = "From: a@example.org\nSubject: x\n\nText\n"

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path + "/store.pst"
    }

    private var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()
    }

    private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    @Test("stands under its name at once, empty and sound, with nothing beside it")
    func atOnce() async throws {
        let test = try StoreUnderTest.create(in: directory)
        #expect(files == ["store.pst"])
        #expect(try StoreUnderTest.complaints(path) == [])
        await test.store.abandon()
    }

    @Test("goes again when it is given up before a checkpoint has left a message in it")
    func abandoned() async throws {
        let test = try StoreUnderTest.create(in: directory)
        let folder = try await test.folder("F")
        try await test.store.checkpoint()
        try await test.save(Self.mail, id: "1", in: folder)
        await test.store.abandon()
        #expect(files == [])
    }

    @Test("is what it was at the last checkpoint when it is given up after one")
    func rolledBack() async throws {
        let test = try StoreUnderTest.create(in: directory)
        let folder = try await test.folder("F")
        try await test.save(Self.mail, id: "1", in: folder)
        try await test.store.checkpoint()
        let size = try FileStorage(path: path, mode: .read).size()
        for number in 2..<200 { try await test.save(Self.mail, id: "\(number)", in: folder) }
        await test.store.abandon()
        #expect(files == ["store.pst"])
        #expect(try FileStorage(path: path, mode: .read).size() == size)
        #expect(try StoreUnderTest.complaints(path) == [])
        let again = try StoreUnderTest.open(path)
        #expect(try await again.store.inventory(of: folder).map(\.origin?.rawValue) == ["1"])
        await again.store.abandon()
        #expect(files == ["store.pst"])
    }

    @Test("is not made where there is a file")
    func taken() async throws {
        let test = try StoreUnderTest.create(in: directory)
        try await test.store.finish()
        #expect(await code { _ = try StoreUnderTest.create(in: directory) } == .cannotCreate)
        #expect(files == ["store.pst"])
    }

    @Test("has one run at a time, and a second one is told which")
    func locked() async throws {
        let test = try StoreUnderTest.create(in: directory)
        do {
            _ = try StoreUnderTest.open(path)
            Issue.record("it was opened twice")
        } catch let error as StoreError {
            #expect(error.code == .temporary)
            #expect(error.message.contains("is in use by process \(ProcessInfo.processInfo.processIdentifier) (since "))
        }
        try await test.store.finish()
        let next = try StoreUnderTest.open(path)
        await next.store.abandon()
        let last = try StoreUnderTest.open(path)
        await last.store.abandon()
    }

    @Test("that is opened is no input where there is none, and bad data where it is none")
    func notThere() async throws {
        #expect(await code { _ = try StoreUnderTest.open(path) } == .noInput)
        try Data(repeating: 7, count: 4096).write(to: URL(fileURLWithPath: path))
        #expect(await code { _ = try StoreUnderTest.open(path) } == .badData)
    }

    @Test("removes what runs that were killed have left beside it, and nothing else")
    func litter() async throws {
        // No process has an id beyond the kernel's limit.
        for name in [".store.pst.999999999.partial", ".store.pst.1.partial", ".other.pst.999999999.partial"] {
            try Data().write(to: URL(fileURLWithPath: directory.path + "/" + name))
        }
        let test = try StoreUnderTest.create(in: directory)
        try await test.store.finish()
        #expect(files == [".other.pst.999999999.partial", ".store.pst.1.partial", "store.pst"])
    }

    @Test("has a new generation after every checkpoint that wrote anything, and only then")
    func generations() async throws {
        let test = try StoreUnderTest.create(in: directory)
        let first = try await test.store.identity()
        try await test.store.checkpoint()
        #expect(try await test.store.identity() == first)
        _ = try await test.folder("F")
        try await test.store.checkpoint()
        let second = try await test.store.identity()
        #expect(second.store == first.store)
        #expect(second.generation != first.generation)
        try await test.store.finish()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let again = try StoreUnderTest.open(path)
        #expect(try await again.store.identity() == second)
        try await again.store.finish()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }
}
