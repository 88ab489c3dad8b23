import Foundation

/// The checkout the tests were built from.
public enum Checkout {
    /// Its directory.
    public static let path = String(#filePath).split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    /// Paths, from the checkout, of the files below `directories` whose names end with `suffix`; sorted.
    public static func files(below directories: [String], suffix: String = "") -> [String] {
        directories.flatMap { directory -> [String] in
            let names =
                FileManager.default.enumerator(atPath: path + "/" + directory)?.compactMap { $0 as? String } ?? []
            return names.filter { $0.hasSuffix(suffix) && isFile(directory + "/" + $0) }.map { directory + "/" + $0 }
        }.sorted()
    }

    /// The text of a file, given its path from the checkout.
    public static func text(of file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + file)), as: UTF8.self)
    }

    public static func exists(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/" + file)
    }

    private static func isFile(_ file: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path + "/" + file, isDirectory: &isDirectory)
            && !isDirectory.boolValue
    }
}
