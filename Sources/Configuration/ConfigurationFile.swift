import Glibc
public import MailStore

/// Where the configuration is, and its text.
public enum ConfigurationFile {
    /// More is a mistake.
    private static let longest = 4 << 20

    /// The places that are looked at, in this order, where none is named.
    public static var usualPlaces: [String] {
        var places: [String] = []
        // A relative path is to be ignored (XDG Base Directory Specification).
        if let directory = variable("XDG_CONFIG_HOME"), directory.hasPrefix("/") {
            places.append(directory + "/mailbackup/config.toml")
        } else if let home = variable("HOME"), home.hasPrefix("/") {
            places.append(home + "/.config/mailbackup/config.toml")
        }
        return places + ["/etc/mailbackup/config.toml"]
    }

    /// The first of the usual places where there is something; nil where there is nothing.
    public static func find() -> String? { usualPlaces.first { access($0, F_OK) == 0 } }

    /// - Throws: `.configuration` where it cannot be read, is no text, or where anybody may write it.
    public static func read(_ path: String) throws(StoreError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreError(.configuration, "\(path): cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw StoreError(.configuration, "\(path): is a directory")
        }
        // Commands stand in it.
        guard status.st_mode & S_IFMT != S_IFREG || status.st_mode & S_IWOTH == 0 else {
            throw StoreError(.configuration, "\(path): anybody may write it, and it names commands; chmod o-w it")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw StoreError(.configuration, "\(path): cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= longest else { throw StoreError(.configuration, "\(path): is too large") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw StoreError(.configuration, "\(path): is no UTF-8")
        }
        return text
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
