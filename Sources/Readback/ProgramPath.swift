import Glibc

/// The program that runs.
enum ProgramPath {
    static let own: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = max(readlink("/proc/self/exe", &buffer, buffer.count), 0)
        return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }()
}
