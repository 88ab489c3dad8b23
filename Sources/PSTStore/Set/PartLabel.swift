/// Names of parts.
enum PartLabel {
    /// A label that no other part has.
    static func make(_ group: PartGroup, number: Int, taken: some Sequence<String>) -> String {
        let taken = Set(taken.map { $0.lowercased() })
        var label = plain(group, number: number)
        var attempt = 2
        // Some file systems do not tell "a" from "A".
        while taken.contains(label.lowercased()) {
            label = "\(plain(group, number: number)) (\(attempt))"
            attempt += 1
        }
        return label
    }

    private static func plain(_ group: PartGroup, number: Int) -> String {
        if group == .whole { return number == 1 ? "" : String(number) }
        let base = group.folderName.map(fileName) ?? group.text
        // A point: "2025-2" would look like a month.
        return number == 1 ? base : "\(base).\(number)"
    }

    /// What of a folder's name a file's name can have, on every system.
    static func fileName(_ name: String) -> String {
        var label = ""
        for scalar in name.unicodeScalars {
            let isUnfit =
                forbidden.contains(scalar) || scalar.value < 0x20 || scalar.value == 0x7F
                || [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
            label.unicodeScalars.append(isUnfit ? "_" : scalar)
        }
        while label.utf8.count > longest { label.removeLast() }
        if label.first == "." || label.first == " " { label = "_" + String(label.dropFirst()) }
        if label.last == "." || label.last == " " { label = String(label.dropLast()) + "_" }
        return label.isEmpty ? "_" : label
    }

    /// Not in names on Windows, or with a meaning in ids and generations.
    private static let forbidden: Set<Unicode.Scalar> = [
        "/", "\\", ":", "*", "?", "\"", "<", ">", "|", ";", "=", "%",
    ]
    /// Bytes; the name of the set stands before it.
    private static let longest = 100

    /// The file of a part.
    static func path(_ base: String, _ label: String) -> String {
        guard !label.isEmpty else { return base }
        let (stem, suffix) = split(base)
        return "\(stem)-\(label)\(suffix)"
    }

    /// The path of a set without and with its ".pst".
    static func split(_ base: String) -> (stem: String, suffix: String) {
        let suffix = base.suffix(4)
        guard suffix.lowercased() == ".pst" else { return (base, "") }
        return (String(base.dropLast(4)), String(suffix))
    }

    /// The label of a file of this name, if it may be a part.
    static func label(of name: String, in base: String) -> String? {
        let (stem, suffix) = split(base)
        let start = (stem.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? "") + "-"
        guard name.hasPrefix(start), name.hasSuffix(suffix), name.utf8.count > start.utf8.count + suffix.utf8.count
        else { return nil }
        return String(name.dropFirst(start.count).dropLast(suffix.count))
    }
}
