import Glibc

/// The shared test material, which is not part of the project: found by `MAILBACKUP_SHARED`, by default a folder
/// `shared` beside the checkout. Tests that need it are skipped, and say so, where it is missing.
public enum SharedMaterial {
    /// The folder, or nil where there is none.
    public static let folder: String? = {
        let checkout = String(#filePath).split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let path =
            getenv("MAILBACKUP_SHARED").map { String(cString: $0) } ?? checkout.joined(separator: "/") + "/../shared"
        return access(path, R_OK) == 0 ? path : nil
    }()

    public static var isAvailable: Bool { folder != nil }

    public static let skipReason = "the shared test material is missing (set MAILBACKUP_SHARED)"
}
