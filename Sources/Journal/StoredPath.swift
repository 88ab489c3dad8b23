import MailStore

/// A folder's path as text: a slash before each name; in names a backslash is written `\\` and a slash `\/`.
enum StoredPath {
    static func encode(_ path: FolderPath) -> String {
        var text = String.UnicodeScalarView()
        for name in path.names {
            text.append("/")
            for scalar in name.unicodeScalars {
                if scalar == "/" || scalar == "\\" { text.append("\\") }
                text.append(scalar)
            }
        }
        return String(text)
    }

    /// - Returns: nil where the text is none of ours.
    static func decode(_ text: String) -> FolderPath? {
        var names: [String] = []
        var rest = Substring(text).unicodeScalars
        while let slash = rest.popFirst() {
            guard slash == "/" else { return nil }
            var name = String.UnicodeScalarView()
            while let scalar = rest.first, scalar != "/" {
                rest.removeFirst()
                guard scalar == "\\" else {
                    name.append(scalar)
                    continue
                }
                guard let escaped = rest.popFirst(), escaped == "/" || escaped == "\\" else { return nil }
                name.append(escaped)
            }
            names.append(String(name))
        }
        return FolderPath(names)
    }
}
