import Foundation
import Synchronization

/// Where programs that a test runs keep their state: each run has a place of its own, unless a test gives one, so that no
/// two tests meet at a journal.
public enum StateHome {
    private static let place = try? TemporaryDirectory(isKeptUntilExit: true)
    private static let count = Mutex(0)

    /// A value for `XDG_STATE_HOME`. Everybody may write there, for tests that give up their rights.
    public static func fresh() throws -> String {
        guard let place else { throw CocoaError(.fileWriteUnknown) }
        let number = count.withLock { count in
            count += 1
            return count
        }
        let path = "\(place.path)/\(number)"
        let everybody: [FileAttributeKey: Any] = [.posixPermissions: 0o777]
        try FileManager.default.setAttributes(everybody, ofItemAtPath: place.path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: everybody)
        try FileManager.default.setAttributes(everybody, ofItemAtPath: path)
        return path
    }

    /// The environment of the tests with such a place, and with `added`.
    public static func environment(_ added: [String: String]) throws -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_STATE_HOME"] = try added["XDG_STATE_HOME"] ?? fresh()
        return environment.merging(added) { _, added in added }
    }
}
