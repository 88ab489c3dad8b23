/// The second look of `verify`, product contract 3.4 (b): a PST is read item by item through libpst, which has nothing
/// in common with our own code, and compared with what is to be in it.
public struct Readback {
    /// The PST.
    public let path: String
    /// How the reading process is started: the program and the arguments before the file's path, by default this very
    /// program with ``hiddenCommand``.
    public var reader: [String]
    /// Seconds without a sign of life after which libpst counts as hung.
    public var silence: Int = 120

    /// The subcommand that has to call ``runReader(path:)`` and leave with its status.
    public static let hiddenCommand = "libpst-reader"

    public init(path: String) {
        self.path = path
        reader = [ProgramPath.own, Self.hiddenCommand]
    }
}
