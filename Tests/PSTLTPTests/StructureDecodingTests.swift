import BinaryIO
import MAPI
import PSTNDB
import Testing

@testable import PSTLTP

@Suite("A structure of heaps and tables that is damaged")
struct LTPStructureDecodingTests {
    private func forEachDamage(of bytes: [UInt8], _ body: ([UInt8]) -> Void) {
        for count in 0..<bytes.count { body(Array(bytes[..<count])) }
        for position in bytes.indices {
            for change: UInt8 in [0x01, 0x10, 0x80, 0xFF] {
                var changed = bytes
                changed[position] ^= change
                body(changed)
            }
        }
    }

    @Test("as a heap page gives items inside it, or an error that names it", arguments: [0, 1, 8])
    func heapPage(index: Int) throws {
        var page = HeapPage(index: index)
        for item in [[1, 2, 3], [4], [5, 6]] as [[UInt8]] { _ = item.withUnsafeBytes { page.add($0) } }
        let block = page.encoded(isLast: true)
        #expect(try HeapPage(block: block, index: index).itemCount == 3)
        forEachDamage(of: block) { damaged in
            do throws(LTPError) {
                let page = try HeapPage(block: damaged, index: index)
                for number in 0...page.itemCount + 1 {
                    guard let range = page.range(ofItem: number) else { continue }
                    #expect(range.upperBound <= page.bytes.count)
                }
            } catch {
                #expect(error.description.hasPrefix("HNPAGEMAP."))
            }
        }
    }

    @Test("as TCINFO gives columns inside the row, or an error that names it")
    func tableInfo() throws {
        let schema = TableSchema([.displayName, .contentCount, .subfolders, .replChangenum])
        let bytes = schema.encodedInfo(rowIndex: HeapID(page: 0, item: 1))
        #expect(try TableSchema(info: bytes).tags == schema.tags)
        forEachDamage(of: bytes) { damaged in
            do throws(LTPError) {
                let schema = try TableSchema(info: damaged)
                #expect(schema.rowSize > 0 && schema.rowSize <= NDBLimits.blockData)
                #expect(schema.columns.allSatisfy { $0.offset + $0.size <= schema.rowSize })
            } catch {
                #expect(error.description.hasPrefix("TCINFO."))
            }
        }
    }

    @Test("as BTHHEADER is refused, or has few levels")
    func treeHeader() throws {
        let bytes: [UInt8] = [0xB5, 2, 6, 0, 0x40, 0, 0, 0]
        #expect(try BTreeOnHeapHeader(bytes: bytes[...], keySize: 2, valueSize: 6).root == HeapID(page: 0, item: 2))
        forEachDamage(of: bytes) { damaged in
            do throws(LTPError) {
                let header = try BTreeOnHeapHeader(bytes: damaged[...], keySize: 2, valueSize: 6)
                #expect(header.levels < HeapLimits.treeLevels)
            } catch {
                #expect(error.description.hasPrefix("BTHHEADER."))
            }
        }
    }
}
