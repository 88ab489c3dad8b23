import Glibc

/// Builds a Maildir tree, byte by byte as a test wants it.
public struct MaildirTree: Sendable {
    public let path: String

    /// The top, with cur, new and tmp.
    public init(_ path: String) throws {
        self.path = path
        try Self.makeDirectory(Array(path.utf8))
        try addFolder("")
    }

    /// Adds a folder's directories; `name` is its directory below the top.
    public func addFolder(_ name: String) throws {
        try addFolder(bytes: Array(name.utf8))
    }

    public func addFolder(bytes name: [UInt8]) throws {
        let folder = absolute(name)
        try Self.makeDirectory(folder)
        for directory in ["cur", "new", "tmp"] { try Self.makeDirectory(folder + Array("/\(directory)".utf8)) }
    }

    public func addDirectory(_ name: String) throws {
        try Self.makeDirectory(absolute(Array(name.utf8)))
    }

    /// Writes a file; `name` is its path below the top.
    public func addFile(_ name: String, _ content: some Sequence<UInt8>, time: Int = 1_000_000_000) throws {
        try addFile(bytes: Array(name.utf8), content, time: time)
    }

    public func addFile(_ name: String, _ content: String, time: Int = 1_000_000_000) throws {
        try addFile(name, content.utf8, time: time)
    }

    public func addFile(bytes name: [UInt8], _ content: some Sequence<UInt8>, time: Int = 1_000_000_000) throws {
        let path = absolute(name).map { CChar(bitPattern: $0) } + [0]
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw SystemError(errno) }
        defer { close(descriptor) }
        let bytes = Array(content)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw SystemError(errno) }
        let moment = timespec(tv_sec: time, tv_nsec: 123_456_789)
        guard futimens(descriptor, [moment, moment]) == 0 else { throw SystemError(errno) }
    }

    public func rename(_ old: String, _ new: String) throws {
        guard Glibc.rename("\(path)/\(old)", "\(path)/\(new)") == 0 else { throw SystemError(errno) }
    }

    public func remove(_ name: String) throws {
        guard unlink("\(path)/\(name)") == 0 else { throw SystemError(errno) }
    }

    private func absolute(_ name: [UInt8]) -> [UInt8] { Array(path.utf8) + [UInt8(ascii: "/")] + name }

    private static func makeDirectory(_ path: [UInt8]) throws {
        let path = path.map { CChar(bitPattern: $0) } + [0]
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw SystemError(errno) }
    }
}

/// A system call of a test's preparations failed.
public struct SystemError: Error, CustomStringConvertible {
    public let description: String

    public init(_ code: Int32) {
        description = String(cString: strerror(code))
    }
}
