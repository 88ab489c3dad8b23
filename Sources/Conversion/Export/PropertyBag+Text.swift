internal import MAPI
internal import MIME

/// Strings as readers of foreign stores leave them: Unicode, or 8-bit in the code page of the message.
extension PropertyBag {
    /// nil where the property is absent, no string or empty.
    func text(_ tag: PropertyTag) -> String? {
        if let text = string(tag) { return text.isEmpty ? nil : text }
        guard case .string8(let bytes)? = self[PropertyTag(id: tag.id, type: .string8)] else { return nil }
        let text = CodePage.text(bytes, codePage: integer32(.messageCodepage) ?? CodePage.windows1252)
        return text.isEmpty ? nil : text
    }

    func text(_ name: NamedProperty) -> String? {
        switch self[name] {
        case .string(let text)?: text.isEmpty ? nil : text
        case .string8(let bytes)?:
            bytes.isEmpty
                ? nil : CodePage.text(bytes, codePage: integer32(.messageCodepage) ?? CodePage.windows1252)
        default: nil
        }
    }

    func integer32(_ name: NamedProperty) -> Int32? {
        if case .integer32(let number)? = self[name] { return number }
        return nil
    }

    func boolean(_ name: NamedProperty) -> Bool? {
        if case .boolean(let flag)? = self[name] { return flag }
        return nil
    }

    func time(_ name: NamedProperty) -> FileTime? {
        if case .time(let time)? = self[name] { return time }
        return nil
    }

    func binary(_ name: NamedProperty) -> [UInt8]? {
        if case .binary(let bytes)? = self[name] { return bytes }
        return nil
    }

    func strings(_ name: NamedProperty) -> [String] {
        if case .multipleString(let texts)? = self[name] { return texts }
        return []
    }
}

extension String {
    /// One line of at most ``ExportLimits/nameLength`` bytes.
    var boundedLine: String {
        let line = singleLine
        guard line.utf8.count > ExportLimits.nameLength else { return line }
        var length = 0
        let head = line.unicodeScalars.prefix { scalar in
            length += UTF8.width(scalar)
            return length <= ExportLimits.nameLength
        }
        return String(String.UnicodeScalarView(head))
    }
}
