/// UIDs as ranges, sorted and apart from each other: uid-set, known-uids — RFC 9051 9, RFC 7162 7.
///
/// A server may name four thousand million UIDs in twelve bytes; nothing here enumerates them.
public struct UIDSet: Hashable, Sendable {
    public private(set) var ranges: [ClosedRange<UInt32>]

    public init() { ranges = [] }

    public init(_ uids: some Sequence<UID>) {
        ranges = []
        for uid in uids.sorted() {
            if let last = ranges.last, uid.rawValue <= last.upperBound || uid.rawValue == last.upperBound &+ 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, uid.rawValue)
            } else {
                ranges.append(uid.rawValue...uid.rawValue)
            }
        }
    }

    init(ranges unsorted: [ClosedRange<UInt32>]) {
        ranges = []
        for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = ranges.last, range.lowerBound <= last.upperBound || range.lowerBound == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                ranges.append(range)
            }
        }
    }

    public var isEmpty: Bool { ranges.isEmpty }

    public mutating func formUnion(_ other: UIDSet) { self = UIDSet(ranges: ranges + other.ranges) }

    public func contains(_ uid: UID) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < uid.rawValue { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(uid.rawValue)
    }

    /// As commands name it, in pieces of at most `length` bytes each (one range at least).
    public func commandTexts(length: Int) -> [String] {
        var texts: [String] = []
        var current = ""
        for range in ranges {
            let text = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound):\(range.upperBound)"
            if !current.isEmpty && current.utf8.count + text.utf8.count >= length {
                texts.append(current)
                current = ""
            }
            current += current.isEmpty ? text : "," + text
        }
        if !current.isEmpty { texts.append(current) }
        return texts
    }
}

extension FrameReader {
    /// uid-set = (uniqueid / uid-range) *("," uid-set) — RFC 9051 9; "*" is nothing a server may send.
    mutating func uidSet(_ production: String) throws(GrammarError) -> UIDSet {
        var ranges: [ClosedRange<UInt32>] = []
        repeat {
            guard ranges.count < GrammarLimits.elements else { throw wrong(production) }
            let first = try number(production)
            let last = take(":") ? try number(production) : first
            ranges.append(min(first, last)...max(first, last))
        } while take(",")
        return UIDSet(ranges: ranges)
    }
}
