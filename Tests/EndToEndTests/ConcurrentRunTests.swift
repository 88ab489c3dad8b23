import Foundation
import Glibc
import TestSupport
import Testing

/// Runs that meet, and runs that are stopped.
@Suite("A run that is at work", .serialized)
struct ConcurrentRunTests {
    @Test("keeps a second one from its PST: 75, one line that names the holder")
    func samePST() throws {
        let place = try BackupPlace(messages: 600)
        let pst = place.path("fredb.pst")
        let first = try place.startAndPause(to: pst, "--since-state", "last")
        let second = try place.copy(to: pst, "--since-state", "last", state: place.path("other"))
        #expect(second.status == 75, "\(second.transcript)")
        #expect(second.errorOutput.split(separator: "\n").count == 1, "\(second.transcript)")
        #expect(second.errorOutput.contains("process \(first.id)"), "\(second.transcript)")
        let end = try first.goOn()
        #expect(end.status == 0, "\(end.transcript)")
        try BackupPlace.expect(pst, holds: 1...600)
    }

    @Test("keeps a second one from its journal: 75, one line that names the holder, and no PST")
    func sameJournal() throws {
        let place = try BackupPlace(messages: 600)
        let first = try place.startAndPause(to: place.path("fredb.pst"), "--since-state", "last")
        let second = try place.copy(to: place.path("second.pst"), "--since-state", "last")
        #expect(second.status == 75, "\(second.transcript)")
        #expect(second.errorOutput.split(separator: "\n").count == 1, "\(second.transcript)")
        #expect(second.errorOutput.contains("process \(first.id)"), "\(second.transcript)")
        #expect(!FileManager.default.fileExists(atPath: place.path("second.pst")))
        let status = try place.run("status", "--user", "fredb")
        #expect(status.status == 0, "\(status.transcript)")
        #expect(status.outputText.contains("running"), "\(status.transcript)")
        #expect(try first.goOn().status == 0)
    }

    @Test(
        "stops with the status of the signal; its PST is sound, and the next run goes on without a duplicate",
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func signals(signal: Int32, status: Int32) throws {
        let place = try BackupPlace(messages: 600)
        let pst = place.path("fredb.pst")
        let stopped = try place.startAndPause(to: pst, "--since-state", "last", signal: signal).goOn()
        #expect(stopped.status == status, "\(stopped.transcript)")
        try BackupPlace.expectSound(pst)
        let there = try BackupPlace.numbers(in: pst)
        #expect(there.count < 600)
        #expect(Set(there).count == there.count)
        let told = try place.run("status", "--user", "fredb")
        #expect(told.status == 1, "\(told.transcript)")
        #expect(told.outputText.contains("interrupted"), "\(told.transcript)")
        let again = try place.copy(to: pst, "--since-state", "last")
        #expect(again.status == 0, "\(again.transcript)")
        try BackupPlace.expect(pst, holds: 1...600)
    }

    @Test("leaves a PST that the next run completes where it is killed, in a first run and in an update")
    func killed() throws {
        let place = try BackupPlace(messages: 600)
        let pst = place.path("fredb.pst")
        #expect(try place.startAndPause(to: pst, "--since-state", "last", signal: SIGKILL).goOn().status == -SIGKILL)
        let told = try place.run("status", "--user", "fredb")
        #expect(told.status == 1, "\(told.transcript)")
        #expect(told.outputText.contains("broke off"), "\(told.transcript)")
        #expect(try place.copy(to: pst, "--since-state", "last").status == 0)
        try BackupPlace.expect(pst, holds: 1...600)
        try place.deliver(601...1200)
        #expect(try place.startAndPause(to: pst, "--since-state", "last", signal: SIGKILL).goOn().status == -SIGKILL)
        #expect(try place.copy(to: pst, "--since-state", "last").status == 0)
        try BackupPlace.expect(pst, holds: 1...1200)
    }
}
