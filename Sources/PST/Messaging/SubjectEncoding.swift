/// How subjects and names are brought into the form and length that a PST holds.
enum SubjectEncoding {
    /// Outlook's limit for subjects and display names, in UTF-16 units.
    static let longest = 255

    /// PidTagSubject as stored, [MS-PST] 2.5.3.1.1.1: U+0001, a character whose code is the length of the prefix plus
    /// one, then the subject. Control characters are left out; at most 255 units in all, the mark included.
    static func stored(_ subject: String) -> String {
        let text = truncated(withoutControls(subject), to: longest - 2)
        var stored = ""
        stored.reserveCapacity(text.utf8.count + 2)
        stored.unicodeScalars.append("\u{1}")
        stored.unicodeScalars.append(UnicodeScalar(UInt8(prefixLength(of: text) + 1)))
        stored += text
        return stored
    }

    /// A prefix is one to three characters, none a digit, blank or colon, then a colon and one blank ([MS-OXCMSG]
    /// 3.2.5.2); its length in UTF-16 units, 0 for none.
    static func prefixLength(of text: String) -> Int {
        var length = 0
        var characters = 0
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if scalar == ":" {
                guard characters > 0, scalars.next() == " " else { return 0 }
                return length + 2
            }
            guard characters < 3, !isDigitOrBlank(scalar) else { return 0 }
            characters += 1
            length += UTF16.width(scalar)
        }
        return 0
    }

    private static func isDigitOrBlank(_ scalar: UnicodeScalar) -> Bool {
        // Looking up properties takes long, and prefixes are ASCII as a rule.
        if scalar.isASCII {
            return (0x30...0x39).contains(scalar.value) || (0x09...0x0D).contains(scalar.value) || scalar == " "
        }
        return scalar.properties.numericType == .decimal || scalar.properties.isWhitespace
    }

    static func withoutControls(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 }))
    }

    /// Cuts after at most `limit` UTF-16 units, never inside a surrogate pair.
    static func truncated(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var length = 0
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            length += UTF16.width(scalar)
            if length > limit { break }
            result.append(scalar)
        }
        return String(result)
    }
}
