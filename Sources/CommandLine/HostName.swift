import Glibc

/// The name of this machine, for people.
enum HostName {
    /// nil where there is none, or one that is no name.
    static var current: String? {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return !text.isEmpty && text.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 } ? text : nil
    }
}
