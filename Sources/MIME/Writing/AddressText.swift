/// An address as it is written into a header — RFC 5322 3.4.
public struct AddressText: Hashable, Sendable {
    private let name: String
    /// Empty: a group without members.
    private let address: String

    /// - Parameter mailbox: one without an address becomes a group of that name without members, so that the name
    ///   is not lost.
    public init(_ mailbox: Mailbox) {
        let cleaned = Self.cleaned(mailbox.address)
        let isUsable = cleaned.utf8.count <= HeaderLines.longestWord
        address = isUsable ? cleaned : ""
        let shown = mailbox.displayName.singleLine
        name = shown == cleaned && isUsable ? "" : shown.isEmpty && !isUsable ? "unknown" : shown
    }

    /// Words with blanks between them.
    func words(firstRoom: Int) -> [String] {
        guard !address.isEmpty else {
            var words = phrase(firstRoom: firstRoom)
            if words.isEmpty { words = ["unknown"] }
            words[words.count - 1] += ":;"
            return words
        }
        if name.isEmpty { return [address] }
        return phrase(firstRoom: firstRoom) + ["<\(address)>"]
    }

    private func phrase(firstRoom: Int) -> [String] {
        guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), !name.contains("=?"),
            name.utf8.count < HeaderLines.longestWord / 2
        else { return EncodedWordWriter.words(name, firstRoom: firstRoom) }
        let isAtoms = name.utf8.allSatisfy { Self.isAtomic($0) || $0 == ASCII.space } && !name.contains("  ")
        return isAtoms ? name.split(separator: " ").map(String.init) : [ParameterText.quoted(name)]
    }

    /// Without what would end the address or the field; the local part quoted where it has to be.
    private static func cleaned(_ address: String) -> String {
        let text = address.unicodeScalars.filter { scalar in
            scalar.value > 0x20 && !(0x7F..<0xA1).contains(scalar.value) && scalar != "<" && scalar != ">"
                && scalar.value != 0x2028 && scalar.value != 0x2029
        }
        guard let at = text.lastIndex(of: "@"), at != text.startIndex, text.index(after: at) != text.endIndex else {
            return ""
        }
        let domain = String(text[text.index(after: at)...])
        var local = String(text[..<at])
        guard isDomain(domain) else { return "" }
        if local.hasPrefix("\""), local.hasSuffix("\""), local.utf8.count >= 2 {
            local = unquoted(local)
            if local.isEmpty { return "" }
        }
        return (isDotAtom(local) ? local : ParameterText.quoted(local)) + "@" + domain
    }

    private static func unquoted(_ text: String) -> String {
        var result = ""
        var isEscaped = false
        for scalar in text.dropFirst().dropLast().unicodeScalars {
            if scalar == "\\", !isEscaped {
                isEscaped = true
                continue
            }
            isEscaped = false
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private static func isDotAtom(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix(".") && !text.hasSuffix(".") && !text.contains("..")
            && text.utf8.allSatisfy { isAtomic($0) || $0 == 0x2E || $0 >= 0x80 }
    }

    private static func isDomain(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            return text.dropFirst().dropLast().utf8.allSatisfy {
                isAtomic($0) || $0 == 0x2E || $0 == ASCII.colon
            }
        }
        return isDotAtom(text)
    }

    /// RFC 5322 3.2.3, `atext`.
    private static func isAtomic(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F,
            0x5E...0x60, 0x7B...0x7E:
            true
        default: false
        }
    }
}
