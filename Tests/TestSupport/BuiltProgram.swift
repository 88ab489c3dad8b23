import Glibc

/// The programs of this package, as built together with the tests that run.
public enum BuiltProgram {
    /// The command under test.
    public static let mailbackup = path("mailbackup")
    /// The writer of made-up mailboxes.
    public static let mailboxGenerator = path("MailboxGenerator")
    /// A library that stops the program it is loaded into: `Tests/CPauseAtSize`.
    public static let pauseAtSize = path("libPauseAtSize.so")
    /// A library that stops the clock of the program it is loaded into: `Tests/CFixedTime`.
    public static let fixedTime = path("libFixedTime.so")

    /// Programs lie beside the test bundle, which is what runs.
    private static func path(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = max(readlink("/proc/self/exe", &buffer, buffer.count), 0)
        let runner = String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let directory = runner.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(directory)/\(name)"
    }
}
