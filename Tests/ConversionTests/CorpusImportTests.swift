import BinaryIO
import Glibc
import MAPI
import TestSupport
import Testing

@testable import Conversion

@Suite("Import of real mail", .enabled(if: SharedMaterial.isAvailable, "\(SharedMaterial.skipReason)"))
struct CorpusImportTests {
    @Test("Every message of the corpus is imported with all that every message must have")
    func everyMessage() throws {
        let folder = try #require(SharedMaterial.folder) + "/corpus/eml"
        let names = try messageNames(folder)
        #expect(names.count > 2000)
        for name in names {
            let result = imported(try contents(folder + "/" + name))
            check(result.message, name)
        }
    }

    @Test("Imports on several threads at once agree with those on one")
    func threads() async throws {
        let folder = try #require(SharedMaterial.folder) + "/corpus/eml"
        let files = try messageNames(folder).prefix(300).map { try contents(folder + "/" + $0) }
        let expected = files.map { imported($0).message.properties }
        let agreed = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask { @concurrent in
                    zip(files, expected).allSatisfy { imported($0).message.properties == $1 }
                }
            }
            return await group.allSatisfy { $0 }
        }
        #expect(agreed)
    }

    private func check(_ message: MessageObject, _ name: String) {
        let bag = message.properties
        for tag in [PropertyTag.messageClass, .subject, .conversationTopic] {
            #expect(bag.string(tag) != nil, "\(name) \(tag)")
        }
        for tag in [PropertyTag.messageDeliveryTime, .creationTime, .lastModificationTime] {
            #expect(bag.time(tag) != nil, "\(name) \(tag)")
        }
        #expect(bag.binary(.searchKey)?.count == 16, "\(name)")
        #expect(bag.binary(.html).map { $0.isEmpty } != true, "\(name): HTML without bytes")
        for (tag, value) in bag.fixed {
            if case .string(let text) = value { #expect(!text.utf8.contains(0), "\(name) \(tag) holds a NUL") }
        }
        for row in message.recipients {
            for tag in [PropertyTag.displayName, .addressType, .emailAddress] {
                #expect(row.properties.string(tag)?.isEmpty == false, "\(name) recipient \(tag)")
            }
            for tag in [PropertyTag.searchKey, .entryId, .recordKey] {
                #expect(row.properties.binary(tag)?.isEmpty == false, "\(name) recipient \(tag)")
            }
        }
        for attachment in message.attachments {
            let method = attachment.properties.integer32(.attachMethod)
            if case .message(let inner) = attachment.content {
                #expect(method == 5, "\(name)")
                check(inner, name + " > embedded")
            } else if case .none = attachment.content {
                Issue.record("\(name): an attachment without content")
            } else {
                #expect(method == 1 || method == 6, "\(name)")
            }
        }
    }

    private func contents(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        return try MappedFile.contents(of: descriptor, path: path).withUnsafeBytes { Array($0) }
    }

    private func messageNames(_ folder: String) throws -> [String] {
        let directory = try #require(opendir(folder))
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".eml") { names.append(name) }
        }
        return names.sorted()
    }
}
