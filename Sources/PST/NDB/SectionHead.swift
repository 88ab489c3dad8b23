/// The allocation pages at the head of a section as they lie in the file: the AMap and what follows it.
enum SectionHead {
    /// PMap, FMap and FPMap are kept for old readers only and hold nothing but ones ("unknown"), as Outlook since
    /// 2007 SP2 writes them.
    static func bytes(_ map: AllocationMap, section: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        let base = FileGeometry.offset(ofSection: section)
        for (index, type) in FileGeometry.headPages(ofSection: section).enumerated() {
            let offset = base + UInt64(index * NDBLimits.pageSize)
            var page =
                type == .allocationMap
                ? map.pageBytes
                : [UInt8](repeating: 0xFF, count: NDBLimits.pageData)
                    + [UInt8](repeating: 0, count: NDBLimits.pageSize - NDBLimits.pageData)
            Page.seal(&page, type: type, reference: BlockReference(bid: offset, offset: offset))
            bytes += page
        }
        return bytes
    }

    /// Whether `stored`, the bytes at the head of a section, has `map`, and pages of the right kinds behind it.
    static func isRight(_ stored: [UInt8], _ map: AllocationMap, section: Int) -> Bool {
        let expected = bytes(map, section: section)
        let base = FileGeometry.offset(ofSection: section)
        guard stored.count == expected.count, stored.prefix(NDBLimits.pageSize) == expected.prefix(NDBLimits.pageSize)
        else { return false }
        for (index, type) in FileGeometry.headPages(ofSection: section).enumerated().dropFirst() {
            let offset = base + UInt64(index * NDBLimits.pageSize)
            let page = Array(stored[index * NDBLimits.pageSize..<(index + 1) * NDBLimits.pageSize])
            do {
                try Page.verify(page, type: type, reference: BlockReference(bid: offset, offset: offset))
            } catch {
                return false
            }
        }
        return true
    }
}
