import BinaryIO
import Foundation
import PSTNDB
import PSTVerification
import TestSupport
import Testing

@Suite("The structural check")
struct DamageTests {
    private static let specimen = Result { try Specimen.make() }

    private func findings(_ bytes: [UInt8], _ profile: VerificationProfile = .fresh) throws -> [Finding] {
        var findings: [Finding] = []
        _ = try PSTVerifier.run(on: MemoryStorage(bytes: bytes), profile: profile) { findings.append($0) }
        return findings
    }

    @Test("finds nothing in a sound file", arguments: [ContentEncoding.none, .permute, .cyclic])
    func sound(encoding: ContentEncoding) throws {
        for count in [0, 8, 300] {
            let specimen = try Specimen.make(encoding: encoding, messages: count)
            for profile in [VerificationProfile.fresh, .any] {
                let found = try findings(specimen.bytes, profile)
                #expect(found.isEmpty, "\(found.map(\.description).joined(separator: "\n"))")
            }
        }
    }

    @Test("finds a planted damage, and says which rule is broken", arguments: Damage.all)
    func planted(damage: Damage) throws {
        let specimen = try Self.specimen.get()
        var surgeon = PSTSurgeon(specimen.bytes)
        try damage.plant(&surgeon, specimen)
        #expect(surgeon.bytes != specimen.bytes)
        let found = try findings(surgeon.bytes)
        let rules = Set(found.map(\.rule.id))
        #expect(rules.contains(damage.rule), "found \(rules.sorted())")
    }

    @Test("agrees with the independent checker on every planted damage", .enabled(if: SharedMaterial.isAvailable))
    func verdicts() throws {
        let specimen = try Self.specimen.get()
        let directory = try TemporaryDirectory()
        for damage in Damage.all {
            var surgeon = PSTSurgeon(specimen.bytes)
            try damage.plant(&surgeon, specimen)
            let path = directory.path + "/damaged.pst"
            let file = try FileStorage(path: path, mode: .create)
            try surgeon.bytes.withBytes { (bytes) throws(StorageError) in try file.write(bytes, at: 0) }
            let complaints = try StrictChecker.complaints(about: path)
            let ours = try findings(surgeon.bytes)
            #expect(ours.isEmpty == (complaints == ""), "\(damage.name): \(complaints ?? "")")
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test("finds no error in files that Outlook wrote", .enabled(if: SharedMaterial.isAvailable))
    func genuine() throws {
        let folder = try #require(SharedMaterial.folder) + "/corpus/pst/"
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".pst") {
            count += 1
            var errors: [String] = []
            let summary = try PSTVerifier(path: folder + name).run { finding in
                if finding.severity == .error { errors.append(finding.description) }
            }
            #expect(errors.isEmpty, "\(name): \(errors)")
            #expect(summary.isComplete, "\(name)")
        }
        #expect(count > 0)
    }

    @Test("names the place, the section and what to do")
    func text() throws {
        let specimen = try Self.specimen.get()
        var surgeon = PSTSurgeon(specimen.bytes)
        try surgeon.property(0x3602, in: surgeon.data(of: specimen.inbox), UInt32(7))
        let finding = try #require(try findings(surgeon.bytes).first { $0.rule.id == "folder-count" })
        #expect(finding.description.contains("NID 0x" + String(specimen.inbox, radix: 16, uppercase: true)))
        #expect(finding.description.contains("[MS-PST] 2.4.4.1.1"))
        #expect(finding.found == "7" && finding.expected == "8")
        #expect(finding.rule.remedy == .repair)
    }

    @Test("ends on any truncated or overwritten file, and never finds it sound")
    func truncated() throws {
        let specimen = try Self.specimen.get()
        for length in stride(from: 0, to: specimen.bytes.count, by: 9_973) {
            #expect(try !findings(Array(specimen.bytes[..<length]), .any).isEmpty, "\(length) bytes")
        }
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var bytes = specimen.bytes
            let length = specimen.bytes.count
            for _ in 0..<20 {
                bytes[Int.random(in: 0..<length, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            }
            _ = try findings(bytes, .any)
        }
    }
}
