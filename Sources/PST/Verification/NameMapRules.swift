import BinaryIO

/// The name-to-id map, [MS-PST] 2.4.7.
extension Rule {
    static let nameStream = Rule("name-stream", .error, "[MS-PST] 2.4.7", "the name map lacks a stream", .repair)
    static let nameStreamEmpty = Rule(
        "name-stream-empty", any: nil, fresh: .warning, "scanpst", "a stream of the name map is empty", .none)
    static let nameEntry = Rule(
        "name-entry", .error, "[MS-PST] 2.4.7.1", "a NAMEID names a GUID or string outside its stream", .repair)
    static let nameIndexTwice = Rule(
        "name-index-twice", .error, "[MS-PST] 2.4.7.1", "wPropIdx is used twice", .repair)
    static let nameTwice = Rule(
        "name-twice", .error, "[MS-PST] 2.4.7.3", "one name has two property ids", .repair)
    static let nameOrder = Rule(
        "name-order", .warning, "[MS-PST] 2.4.7.1", "wPropIdx is not consecutive", .none)
    static let nameBuckets = Rule(
        "name-buckets", .error, "[MS-PST] 2.4.7.5", "the hash buckets disagree with the entries", .repair)
    static let nameUnknown = Rule(
        "name-unknown", .error, "[MS-PST] 2.4.7", "a named property in use is not in the map", .repair)

    static let names: [Rule] = [
        nameStream, nameStreamEmpty, nameEntry, nameIndexTwice, nameTwice, nameOrder, nameBuckets, nameUnknown,
    ]
}

/// Judges the map and remembers which property ids it knows.
struct NameMapCheck {
    private struct Key: Hashable {
        let set: [UInt8]
        let isString: Bool
        let name: [UInt8]
    }

    private struct Record: Hashable {
        let number: UInt32
        let kind: UInt16
        let index: UInt16
    }

    let map: PropertyView
    private(set) var known = [Bool](repeating: false, count: 0x8000)
    private var names: Set<Key> = []
    private var buckets: [UInt32: Set<Record>] = [:]
    private let sets: [UInt8]
    private let strings: [UInt8]
    private let bucketCount: UInt32

    private static let usualBuckets: UInt32 = 251

    init(_ map: PropertyView) {
        self.map = map
        let log = map.file.log
        for id in [2, 3, 4] as [UInt16] {
            guard let stream = map[id] else {
                log.report(.nameStream, map.place, found: "no \(hexadecimal(id))")
                continue
            }
            if stream.size == 0 { log.report(.nameStreamEmpty, map.place, found: hexadecimal(id)) }
        }
        sets = map.bytes(2) ?? []
        strings = map.bytes(4) ?? []
        bucketCount = map.integer(1) ?? 0
        if bucketCount == 0 {
            log.report(.nameStream, map.place, found: "no bucket count")
        } else if bucketCount != Self.usualBuckets {
            log.report(.nameBuckets, map.place, found: "\(bucketCount) buckets", expected: "251")
        }
        let entries = map.bytes(3) ?? []
        if sets.count % 16 != 0 || entries.count % 8 != 0 {
            log.report(.nameEntry, map.place, found: "streams of \(sets.count) and \(entries.count) bytes")
        }
        for position in 0..<entries.count / 8 { add(entries, position) }
        if bucketCount > 0, bucketCount < 0x7000 { checkBuckets() }
    }

    private mutating func add(_ entries: [UInt8], _ position: Int) {
        let log = map.file.log
        let number = entries.loadLittleEndian(UInt32.self, at: 8 * position) ?? 0
        let kind = entries.loadLittleEndian(UInt16.self, at: 8 * position + 4) ?? 0
        let index = entries.loadLittleEndian(UInt16.self, at: 8 * position + 6) ?? 0
        let set = Int(kind >> 1)
        func broken(_ what: String) { log.report(.nameEntry, map.place, found: "entry \(position): \(what)") }
        guard set < 3 || 16 * (set - 2) <= sets.count else { return broken("GUID \(set)") }
        let guid = set < 3 ? [UInt8(set)] : Array(sets[16 * (set - 3)..<16 * (set - 2)])
        var name: [UInt8] = []
        var hash = number
        if kind & 1 != 0 {
            let start = Int(number)
            guard let length = strings.loadLittleEndian(UInt32.self, at: start), length % 2 == 0, start % 4 == 0,
                Int(length) <= strings.count - start - 4
            else { return broken("string at \(number)") }
            name = Array(strings[start + 4..<start + 4 + Int(length)])
            hash = pstChecksum(name)
            var text = TextCheck()
            name.withUnsafeBytes { text.add($0) }
            text.finish()
            if !text.isWellFormed { broken("no UTF-16") }
        } else {
            name.append(littleEndian: number)
        }
        guard index < 0x8000 else { return broken("wPropIdx \(hexadecimal(index))") }
        if known[Int(index)] { log.report(.nameIndexTwice, map.place, found: "\(index) at entry \(position)") }
        if Int(index) != position { log.report(.nameOrder, map.place, found: "\(index)", expected: "\(position)") }
        known[Int(index)] = true
        if !names.insert(Key(set: guid, isString: kind & 1 != 0, name: name)).inserted {
            log.report(.nameTwice, map.place, found: "entry \(position)")
        }
        guard bucketCount > 0 else { return }
        let record = Record(number: hash, kind: kind, index: index)
        buckets[(hash ^ UInt32(kind)) % bucketCount, default: []].insert(record)
    }

    private func checkBuckets() {
        let log = map.file.log
        for bucket in 0..<bucketCount {
            let expected = buckets[bucket] ?? []
            guard let bytes = map.bytes(0x1000 + UInt16(bucket)) else {
                if !expected.isEmpty {
                    log.report(
                        .nameBuckets, map.place, found: "no bucket \(bucket)", expected: "\(expected.count) names")
                }
                continue
            }
            var found: Set<Record> = []
            for start in stride(from: 0, to: bytes.count - 7, by: 8) {
                let record = Record(
                    number: bytes.loadLittleEndian(UInt32.self, at: start) ?? 0,
                    kind: bytes.loadLittleEndian(UInt16.self, at: start + 4) ?? 0,
                    index: bytes.loadLittleEndian(UInt16.self, at: start + 6) ?? 0)
                if !found.insert(record).inserted {
                    log.report(.nameBuckets, map.place, found: "a name twice in bucket \(bucket)")
                }
            }
            if bytes.count % 8 != 0 || found != expected {
                log.report(
                    .nameBuckets, map.place, found: "bucket \(bucket) of \(found.count) names",
                    expected: "\(expected.count), those of the entries")
            }
        }
        for property in map.properties where UInt32(property.id) >= 0x1000 + bucketCount {
            log.report(.nameBuckets, map.place, found: "property \(hexadecimal(property.id))")
        }
    }
}

extension StoreCheck {
    func checkNames() {
        guard let content = file.node(StoreNode.names, "name map"), let map = PropertyView(content) else { return }
        knownNames = NameMapCheck(map).known
        map.finish()
    }

    /// Call when all objects have been looked at.
    func checkNamesInUse() {
        guard let knownNames else { return }
        for index in 0..<0x8000 where !knownNames[index] {
            let isProperty = file.namesInProperties[index]
            guard isProperty || file.namesInColumns[index] else { continue }
            log.report(
                .nameUnknown, Place("name map", nodes: [StoreNode.names]),
                mildly: !isProperty && !file.layout.isUnicode, found: "property \(hexadecimal(0x8000 + index)) in use")
        }
    }
}
