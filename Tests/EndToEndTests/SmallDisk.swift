import Foundation
import TestSupport

/// A file system that is soon full; unmounted with the last reference.
final class SmallDisk: Sendable {
    private let directory: TemporaryDirectory

    var path: String { directory.path }

    init(megabytes: Int) throws {
        directory = try TemporaryDirectory()
        _ = try CommandRun.run("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", directory.path])
            .succeeded()
    }

    deinit {
        _ = try? CommandRun.run("umount", [directory.path])
    }

    /// Whether one may mount here.
    static let canBeMade = (try? SmallDisk(megabytes: 1)) != nil
}
