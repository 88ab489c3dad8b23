import Glibc

/// The first half of a SHA-256 digest: tells messages apart.
struct ContentDigest: Hashable, Sendable {
    static let hexLength = 32
    let high: UInt64
    let low: UInt64

    init(sha256 digest: [UInt8]) {
        high = Self.bigEndian(digest.prefix(8))
        low = Self.bigEndian(digest.dropFirst(8).prefix(8))
    }

    /// From 32 hexadecimal digits.
    init?(hex: ArraySlice<UInt8>) {
        guard hex.count == Self.hexLength,
            let high = UInt64(String(decoding: hex.prefix(16), as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: hex.dropFirst(16), as: UTF8.self), radix: 16)
        else { return nil }
        self.high = high
        self.low = low
    }

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    var hex: String { Self.hex(high) + Self.hex(low) }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The unique name of a delivered message: "TIME.RDIGEST_NUMBER.mailbackup,S=SIZE". The same message has the same name
/// in every run; NUMBER tells apart those of a folder that have the same bytes.
struct DeliveryName: Equatable {
    /// Delivery time in seconds since 1970; 0 where it is not known or before.
    let seconds: Int64
    let digest: ContentDigest
    /// From 1.
    let number: Int
    /// Bytes of the message, as Maildir++ writes it.
    let size: Int

    private static let host = ".mailbackup,S="

    var text: String { "\(seconds).R\(digest.hex)_\(number)\(Self.host)\(size)" }

    init(seconds: Int64, digest: ContentDigest, number: Int, size: Int) {
        self.seconds = max(seconds, 0)
        self.digest = digest
        self.number = number
        self.size = size
    }

    /// nil for the unique names of others.
    init?(_ name: UnsafeBufferPointer<UInt8>) {
        let name = Array(name)
        guard let dot = name.firstIndex(of: UInt8(ascii: ".")), dot + 2 < name.count, name[dot + 1] == UInt8(ascii: "R")
        else { return nil }
        let digits = name[(dot + 2)...].prefix(ContentDigest.hexLength)
        let rest = name[(dot + 2)...].dropFirst(ContentDigest.hexLength)
        guard let digest = ContentDigest(hex: digits), rest.first == UInt8(ascii: "_") else { return nil }
        let end = rest.firstIndex(of: UInt8(ascii: ".")) ?? rest.endIndex
        let host = Array(Self.host.utf8)
        guard rest[end...].starts(with: host), let seconds = Self.number(name[..<dot]),
            let number = Self.number(rest[..<end].dropFirst()), number > 0,
            let size = Self.number(rest[end...].dropFirst(host.count))
        else { return nil }
        self.init(seconds: Int64(seconds), digest: digest, number: number, size: size)
    }

    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
