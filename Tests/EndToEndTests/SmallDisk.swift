import Foundation
import TestSupport
import Testing

/// A file system that is soon full; unmounted with the last reference.
final class SmallDisk: Sendable {
    private let directory: TemporaryDirectory

    var path: String { directory.path }

    convenience init(megabytes: Int) throws { try self.init(kilobytes: megabytes * 1024) }

    /// - Parameter kilobytes: whole pages of 4.
    init(kilobytes: Int) throws {
        directory = try TemporaryDirectory()
        _ = try CommandRun.run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", directory.path])
            .succeeded()
    }

    /// Makes it larger, or smaller than it is but not than what it holds.
    func resize(kilobytes: Int) throws {
        _ = try CommandRun.run("mount", ["-o", "remount,size=\(kilobytes)k", directory.path]).succeeded()
    }

    /// Kilobytes that are taken.
    func taken() throws -> Int {
        let text = try CommandRun.run("df", ["--output=used", "-k", path]).succeeded().outputText
        let number = text.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
        return try #require(number, "\(text)")
    }

    deinit {
        _ = try? CommandRun.run("umount", [directory.path])
    }

    /// Whether one may mount here.
    static let canBeMade = (try? SmallDisk(megabytes: 1)) != nil
}
