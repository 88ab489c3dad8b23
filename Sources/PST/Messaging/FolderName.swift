/// Rules for folder names.
enum FolderName {
    /// A name as Outlook can show it: no control characters, no blanks at the ends, 1 to 255 UTF-16 units.
    static func displayable(_ name: String) -> String {
        var scalars = String.UnicodeScalarView(
            name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "_" : $0 })
        while scalars.first == " " { scalars.removeFirst() }
        while scalars.last == " " { scalars.removeLast() }
        let result = SubjectEncoding.truncated(String(scalars), to: SubjectEncoding.longest)
        return result.isEmpty ? "_" : result
    }

    /// The form in which the names of siblings must differ.
    static func folded(_ name: String) -> String { name.lowercased() }

    /// `name`, or `name (2)` and so on: Outlook wants siblings to differ in more than upper and lower case.
    static func unique(_ name: String, isTaken: (_ folded: String) -> Bool) -> String {
        guard isTaken(folded(name)) else { return name }
        var number = 2
        while true {
            let suffix = " (\(number))"
            let candidate = SubjectEncoding.truncated(name, to: SubjectEncoding.longest - suffix.utf16.count) + suffix
            if !isTaken(folded(candidate)) { return candidate }
            number += 1
        }
    }
}
