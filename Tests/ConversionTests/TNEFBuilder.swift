/// Writes TNEF streams for tests.
struct TNEFBuilder {
    var bytes: [UInt8] = [0x78, 0x9F, 0x3E, 0x22, 0x01, 0x00]

    mutating func attribute(level: UInt8 = 1, _ id: UInt32, _ content: [UInt8]) {
        bytes.append(level)
        bytes += Self.word(id) + Self.word(UInt32(content.count)) + content
        let sum = content.reduce(0) { $0 &+ UInt16($1) }
        bytes += [UInt8(truncatingIfNeeded: sum), UInt8(sum >> 8)]
    }

    mutating func codePage(_ number: UInt32) {
        attribute(0x0006_9007, Self.word(number) + Self.word(0))
    }

    mutating func properties(_ list: [[UInt8]]) {
        attribute(0x0006_9003, Self.list(list))
    }

    static func list(_ properties: [[UInt8]]) -> [UInt8] {
        word(UInt32(properties.count)) + properties.flatMap { $0 }
    }

    static func word(_ value: UInt32) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    static func counted(_ content: [UInt8]) -> [UInt8] {
        word(UInt32(content.count)) + content + [UInt8](repeating: 0, count: (4 - content.count % 4) % 4)
    }

    static func unicode(_ text: String) -> [UInt8] {
        (text + "\0").utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }

    /// A property of fixed size, or several values behind a count that the caller gives.
    static func fixed(_ tag: UInt32, name: [UInt8] = [], _ content: [UInt8]) -> [UInt8] {
        word(tag) + name + content
    }

    /// A property of variable size.
    static func variable(_ tag: UInt32, name: [UInt8] = [], _ content: [UInt8]) -> [UInt8] {
        word(tag) + name + word(1) + counted(content)
    }
}
