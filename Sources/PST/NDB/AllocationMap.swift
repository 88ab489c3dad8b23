import BinaryIO

/// AMap, [MS-PST] 2.2.2.7.2: which of the 3,968 slots of 64 bytes in a section are taken.
struct AllocationMap {
    /// Bit 63 of word 0 is the first slot: the order of the stored bytes, read as big-endian words.
    private var words = [UInt64](repeating: 0, count: FileGeometry.slotsPerSection / 64)
    /// Before this word everything is taken: a section fills up from its start, and searches need not go there again.
    private var firstOpenWord = 0

    /// The map of a fresh section: only its own allocation pages are taken.
    init(freshSection section: Int) {
        mark(0..<FileGeometry.headSlots(ofSection: section), taken: true)
    }

    /// From the 496 map bytes of a page.
    init(pageBytes: [UInt8]) {
        pageBytes.withUnsafeBytes { bytes in
            for index in words.indices {
                words[index] = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
        }
    }

    /// A page of 512 bytes, not yet sealed.
    var pageBytes: [UInt8] {
        var page = [UInt8](repeating: 0, count: NDBLimits.pageSize)
        page.withUnsafeMutableBytes { bytes in
            for index in words.indices {
                bytes.storeBytes(of: words[index].bigEndian, toByteOffset: index * 8, as: UInt64.self)
            }
        }
        return page
    }

    var freeSlots: Int {
        words.reduce(0) { $0 + (~$1).nonzeroBitCount }
    }

    func isTaken(_ slot: Int) -> Bool {
        words[slot / 64] << UInt64(slot % 64) & 1 << 63 != 0
    }

    mutating func mark(_ slots: Range<Int>, taken: Bool) {
        var slot = slots.lowerBound
        while slot < slots.upperBound {
            let bit = slot % 64
            let length = min(64 - bit, slots.upperBound - slot)
            let ones: UInt64 = length == 64 ? ~0 : ~(~0 >> UInt64(length))
            let mask = ones >> UInt64(bit)
            if taken {
                words[slot / 64] |= mask
            } else {
                words[slot / 64] &= ~mask
            }
            slot += length
        }
        if !taken { firstOpenWord = min(firstOpenWord, slots.lowerBound / 64) }
        while firstOpenWord < words.count, words[firstOpenWord] == ~0 { firstOpenWord += 1 }
    }

    /// Marks the first free run that ``freeRun(of:alignment:from:)`` finds taken.
    mutating func takeRun(of count: Int, alignment: Int) -> Search {
        let found = freeRun(of: count, alignment: alignment, from: 0)
        if case .found(let slot) = found { mark(slot..<slot + count, taken: true) }
        return found
    }

    /// Marks `slots` taken, if they are all free.
    /// - Returns: whether they were.
    mutating func take(_ slots: Range<Int>) -> Bool {
        guard nextSlot(taken: true, from: slots.lowerBound) >= slots.upperBound else { return false }
        mark(slots, taken: true)
        return true
    }

    /// The longest run of free slots.
    var longestFreeRun: Int {
        if case .none(let longest) = freeRun(of: FileGeometry.slotsPerSection + 1, alignment: 1, from: 0) {
            return longest
        }
        return 0
    }

    /// Whether a page has room.
    var hasFreePage: Bool {
        if case .found = freeRun(of: FileGeometry.slotsPerPage, alignment: FileGeometry.slotsPerPage, from: 0) {
            return true
        }
        return false
    }

    /// Whether all of `slots` are taken, or all are free; nil where they differ.
    func state(of slots: Range<Int>) -> Bool? {
        let taken = slots.count { isTaken($0) }
        return taken == 0 ? false : taken == slots.count ? true : nil
    }

    /// What a search for free space found.
    enum Search: Equatable {
        case found(Int)
        /// The longest free run that was seen, in slots; a search for fewer may succeed.
        case none(longestRun: Int)
    }

    /// The first free run of at least `count` slots that begins at a multiple of `alignment`, from `start` on.
    func freeRun(of count: Int, alignment: Int, from start: Int) -> Search {
        var longest = 0
        var slot = nextSlot(taken: false, from: max(start, firstOpenWord * 64))
        while slot < FileGeometry.slotsPerSection {
            let end = nextSlot(taken: true, from: slot)
            let aligned = (slot + alignment - 1) / alignment * alignment
            if end - aligned >= count { return .found(aligned) }
            longest = max(longest, end - slot)
            slot = nextSlot(taken: false, from: end)
        }
        return .none(longestRun: longest)
    }

    /// The first slot at or after `start` of that state; the number of slots where there is none.
    private func nextSlot(taken: Bool, from start: Int) -> Int {
        var slot = start
        while slot < FileGeometry.slotsPerSection {
            let word = taken ? words[slot / 64] : ~words[slot / 64]
            let rest = word << UInt64(slot % 64)
            if rest != 0 { return slot + rest.leadingZeroBitCount }
            slot += 64 - slot % 64
        }
        return FileGeometry.slotsPerSection
    }
}
