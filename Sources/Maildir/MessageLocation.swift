/// Where a message's file is and how its name goes on after the unique part: "c:2,S" is cur/…:2,S.
struct MessageLocation: Hashable {
    /// "cur" or "new".
    let directory: String
    /// Escaped, with its separator; may be empty.
    let info: String

    init(directory: String, info: String) {
        self.directory = directory
        self.info = info
    }

    /// A location that says nothing (a row from elsewhere) is the likeliest one.
    init(text: String) {
        directory = text.utf8.first == UInt8(ascii: "n") ? "new" : "cur"
        info = String(text.dropFirst())
    }

    /// Below the folder, escaped. An identity that is a path (it has a slash) stands for itself.
    func path(of uniqueName: String) -> String {
        uniqueName.utf8.contains(UInt8(ascii: "/")) ? uniqueName : directory + "/" + uniqueName + info
    }

    var text: String { (directory == "new" ? "n" : "c") + info }
}
