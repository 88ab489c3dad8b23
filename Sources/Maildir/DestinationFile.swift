import CLinux
import Glibc
import MailStore

/// Writing what belongs to a destination. Paths are bytes without a final zero.
enum DestinationFile {
    /// Directories and files are their owner's alone, as maildirmake has it.
    private static let directoryMode: mode_t = 0o700
    private static let fileMode: mode_t = 0o600

    /// A failed system call that writes.
    static func error(_ code: Int32, _ path: [UInt8], _ what: String) -> StoreError {
        let kind: StoreError.Code =
            switch code {
            case ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM: .inputOutput
            default: .cannotCreate
            }
        return StoreError(kind, "\(EscapedName.encode(path)): \(what): \(systemMessage(code))")
    }

    static func call<R>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> R) -> R {
        (path + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                // Never nil: there is a zero at least.
                text.baseAddress.map(body) ?? withUnsafePointer(to: CChar(0), body)
            }
        }
    }

    /// - Returns: whether it was not there before.
    static func makeDirectory(_ path: [UInt8]) throws(StoreError) -> Bool {
        if call(path, { mkdir($0, directoryMode) }) == 0 { return true }
        let code = errno
        if code == EEXIST, SourceFile.status(of: path + [0])?.isDirectory == true { return false }
        throw error(code, path, "cannot create the directory")
    }

    /// A new file for writing. What has its name is of an earlier run that did not come to its end, as only `tmp`
    /// is written in, under names that tell the content.
    static func create(_ path: [UInt8]) throws(StoreError) -> Int32 {
        for _ in 0..<2 {
            let descriptor = call(path) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, fileMode) }
            if descriptor >= 0 { return descriptor }
            guard errno == EEXIST, call(path, { unlink($0) }) == 0 else { break }
        }
        throw error(errno, path, "cannot create")
    }

    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: [UInt8]) throws(StoreError) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            let written = Glibc.write(descriptor, start, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw error(written < 0 ? errno : EIO, path, "cannot write") }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: [UInt8]) throws(StoreError) {
        try bytes.withUnsafeBufferPointer { buffer throws(StoreError) in
            try write(UnsafeRawBufferPointer(buffer), to: descriptor, path)
        }
    }

    /// Gives a file its name, in place of nothing.
    /// - Returns: 0 or `errno`; EEXIST where there is a file of that name.
    static func rename(_ old: [UInt8], to new: [UInt8]) -> Int32 {
        // RENAME_NOREPLACE
        let result = call(old) { old in call(new) { new in renameat2(AT_FDCWD, old, AT_FDCWD, new, 1) } }
        guard result != 0 else { return 0 }
        guard errno == EINVAL || errno == ENOSYS else { return errno }
        // File systems that do not know the flag.
        if SourceFile.status(of: new + [0], followingLinks: false) != nil { return EEXIST }
        return replace(new, by: old)
    }

    /// - Returns: 0 or `errno`.
    static func replace(_ new: [UInt8], by old: [UInt8]) -> Int32 {
        call(old) { old in call(new) { new in Glibc.rename(old, new) } } == 0 ? 0 : errno
    }

    static func remove(_ path: [UInt8]) {
        _ = call(path) { unlink($0) }
    }

    static func removeDirectory(_ path: [UInt8]) {
        _ = call(path) { rmdir($0) }
    }

    /// Makes everything written to the file system of an open directory durable.
    static func sync(fileSystemOf descriptor: Int32, _ path: [UInt8]) throws(StoreError) {
        guard syncfs(descriptor) == 0 else { throw error(errno, path, "cannot sync") }
    }
}
