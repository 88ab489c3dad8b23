import Glibc

/// A Maildir++ tree that is being written.
struct MaildirTree {
    let path: String
    /// Added to every file name, so that names are unique and the same in every run.
    private var sequence = 0

    /// Creates the directory, which must not exist, with the INBOX in it.
    init(creating path: String) throws {
        self.path = path
        try Self.makeFolder(path)
    }

    /// Creates a folder; names are given as people read them. A parent that is not created itself stays missing,
    /// as it may in a Maildir++ tree.
    ///
    /// - Returns: the directory of the folder.
    func makeFolder(_ names: [String]) throws -> String {
        let folder = directory(of: names)
        try Self.makeFolder(folder)
        try Self.write("", to: folder + "/maildirfolder", modified: 0)
        return folder
    }

    /// The directory of a folder; no names: INBOX.
    func directory(of names: [String]) -> String {
        names.isEmpty ? path : path + "/." + names.map(ModifiedUTF7.encode).joined(separator: ".")
    }

    /// Delivers a message into `folder`, the directory of a folder.
    ///
    /// - Parameters:
    ///   - flags: the letters after `:2,`; nil for a message in `new/`, which has none yet.
    ///   - modified: the delivery time, in seconds since 1970.
    mutating func deliver(
        into folder: String, flags: String?, modified: Int, writing content: (inout FileWriter) throws -> Void
    ) throws {
        sequence += 1
        let name = "\(modified).M\(sequence)P1.generated.example"
        var file = try FileWriter(folder + (flags == nil ? "/new/" : "/cur/") + name + (flags.map { ":2," + $0 } ?? ""))
        try content(&file)
        try file.finish(modified: modified)
    }

    static func write(_ text: String, to path: String, modified: Int) throws {
        var file = try FileWriter(path)
        try file.write(text)
        try file.finish(modified: modified)
    }

    private static func makeFolder(_ path: String) throws {
        for directory in ["", "/cur", "/new", "/tmp"] where mkdir(path + directory, 0o700) != 0 {
            throw WriteError(path + directory)
        }
    }
}
