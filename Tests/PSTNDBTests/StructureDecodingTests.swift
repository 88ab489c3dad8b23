import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("A structure of the node database that is damaged")
struct StructureDecodingTests {
    static let formats: [FileFormat] = [.unicode, .ansi, .unicode4K]

    /// Calls `body` with every shortened form of `bytes`, and with every byte changed in several ways.
    private func forEachDamage(of bytes: [UInt8], _ body: ([UInt8]) -> Void) {
        for count in 0..<bytes.count { body(Array(bytes[..<count])) }
        for position in bytes.indices {
            for change: UInt8 in [0x01, 0x02, 0x80, 0xFF] {
                var changed = bytes
                changed[position] ^= change
                body(changed)
            }
        }
    }

    private static let id = BlockID(rawValue: 6)

    @Test("as an XBLOCK gives entries that fit, or an error that names it", arguments: formats)
    func dataTreeBlock(format: FileFormat) throws {
        var bytes: [UInt8] = [1, 1, 3, 0, 0, 0x20, 0, 0]
        for number in 1...3 { bytes += word(UInt64(4 * number), format) }
        let block = try DataTreeBlock(bytes: bytes, id: Self.id, format: format)
        #expect(block.children == [4, 8, 12].map { BlockID(rawValue: $0) })
        forEachDamage(of: bytes) { damaged in
            do throws(NDBError) {
                let block = try DataTreeBlock(bytes: damaged, id: Self.id, format: format)
                #expect(8 + block.children.count * format.wordSize <= damaged.count)
            } catch {
                #expect(error.description.hasPrefix("XBLOCK."))
            }
        }
    }

    @Test("as an SLBLOCK gives entries that fit, or an error that names it", arguments: formats)
    func subnodeBlock(format: FileFormat) throws {
        var bytes: [UInt8] = [2, 0, 2, 0]
        if format != .ansi { bytes += [0, 0, 0, 0] }
        for number in [0x8025, 0x8045, 0, 0x803F, 8, 0] as [UInt64] { bytes += word(number, format) }
        guard case .leaf(let entries) = try SubnodeBlock(bytes: bytes, id: Self.id, format: format) else {
            Issue.record("no leaf")
            return
        }
        #expect(entries.map(\.id.rawValue) == [0x8025, 0x803F])
        #expect(entries.map(\.data.rawValue) == [0x8044, 8])
        forEachDamage(of: bytes) { damaged in
            do throws(NDBError) {
                _ = try SubnodeBlock(bytes: damaged, id: Self.id, format: format)
            } catch {
                #expect(error.description.hasPrefix("SLBLOCK."))
            }
        }
    }

    @Test("as a B-tree page gives entries in order, or an error that names it", arguments: formats)
    func treePage(format: FileFormat) throws {
        var bytes = [UInt8](repeating: 0, count: format.pageSize)
        let size = BTreeKind.nodes.leafEntrySize(in: format)
        for number in 0..<3 {
            let entry = word(UInt64(0x21 + 0x20 * number), format) + word(UInt64(4 + 4 * number), format)
            bytes.replaceSubrange(number * size..<number * size + entry.count, with: entry)
        }
        let counters: [UInt8] = format == .unicode4K ? [3, 0, 126, 0, UInt8(size), 0] : [3, 15, UInt8(size), 0]
        bytes.replaceSubrange(format.pageEntries..<format.pageEntries + counters.count, with: counters)
        let page = try TreePage(kind: .nodes, bytes: bytes, offset: 0x4600, format: format)
        #expect((0..<page.count).map { page.key(at: $0) } == [0x21, 0x41, 0x61])
        #expect(page.node(at: 2).entry.data.rawValue == 12)
        #expect(page.position(notAbove: 0x20) == nil)
        #expect(page.position(notAbove: 0x60) == 1)
        #expect(page.position(notAbove: .max) == 2)
        for position in Array(0..<3 * size) + Array(format.pageEntries..<format.pageEntries + counters.count) {
            for value in UInt8.min...UInt8.max {
                var damaged = bytes
                damaged[position] = value
                do throws(NDBError) {
                    let page = try TreePage(kind: .nodes, bytes: damaged, offset: 0x4600, format: format)
                    let keys = (0..<page.count).map { page.key(at: $0) }
                    #expect(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 })
                } catch {
                    #expect(error.description.hasPrefix("BTPAGE.") && error.description.contains("at 0x4600"))
                }
            }
        }
    }

    @Test("as the trailer of a page is refused, whichever byte of it is changed", arguments: formats)
    func pageTrailer(format: FileFormat) throws {
        let reference = BlockReference(bid: 77, offset: 0x4600)
        var page = [UInt8](repeating: 7, count: format.pageSize)
        let trailer = format.pageData
        page[trailer] = 0x81
        page[trailer + 1] = 0x81
        let checksum = pstChecksum(Array(page[..<trailer]))
        let isANSI = format == .ansi
        page.store(littleEndian: checksum, at: trailer + (isANSI ? 8 : 4))
        page.replaceSubrange(
            trailer + (isANSI ? 4 : 8)..<trailer + (isANSI ? 8 : 16), with: word(reference.bid, format))
        try Page.verify(page, type: .nodeTree, reference: reference, format: format)
        // wSig is not looked at; nor are the last eight bytes of a 4K page.
        for position in [0, trailer - 1, trailer, trailer + 1] + Array(trailer + 4..<trailer + (isANSI ? 12 : 16)) {
            var damaged = page
            damaged[position] ^= 0x10
            let error = try #require(throws: NDBError.self) {
                try Page.verify(damaged, type: .nodeTree, reference: reference, format: format)
            }
            #expect(error.description.hasPrefix("PAGETRAILER."))
        }
    }

    private func word(_ value: UInt64, _ format: FileFormat) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value)
        return Array(bytes[..<format.wordSize])
    }
}
