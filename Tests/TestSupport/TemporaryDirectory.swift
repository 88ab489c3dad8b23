import Foundation
import Synchronization

/// A directory that is removed with everything in it when the last reference goes.
public final class TemporaryDirectory: Sendable {
    public let path: String

    /// - Parameter isKeptUntilExit: for what a static property holds, which is never released: removed at the end of the
    ///   process.
    public init(isKeptUntilExit: Bool = false) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("mailbackup-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
        if isKeptUntilExit { Self.removeAtExit(path) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static let removedAtExit = Mutex<[String]>([])

    private static func removeAtExit(_ path: String) {
        let isFirst = removedAtExit.withLock { paths in
            paths.append(path)
            return paths.count == 1
        }
        guard isFirst else { return }
        atexit {
            for path in TemporaryDirectory.removedAtExit.withLock({ $0 }) {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
    }

    /// The names of what is in it, sorted.
    public func entries() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
