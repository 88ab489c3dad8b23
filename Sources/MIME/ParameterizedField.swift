internal import CGMime

/// `token; name=value; …` read leniently: unquoted blanks, unfinished quotes, backslashes of Windows paths.
/// RFC 2231 continuations and charsets are GMime's work.
struct ParameterizedField {
    /// What stands before the first semicolon, without comments.
    let value: [UInt8]
    private(set) var parameters = Parameters()
    private var raw: [(name: String, value: [UInt8])] = []

    init(_ bytes: UnsafeRawBufferPointer) {
        var cursor = Cursor(bytes: bytes)
        let leading = cursor.leadingValue()
        // Without a value the field begins with a parameter.
        let hasValue = !leading.contains(ASCII.equals)
        value = hasValue ? leading : []
        if !hasValue { cursor = Cursor(bytes: bytes) }
        while raw.count < MIMELimits.parameterCount, let parameter = cursor.parameter() {
            raw.append(parameter)
        }
        parameters = decoded(bytes)
    }

    func rawParameter(_ name: String) -> [UInt8]? {
        for entry in raw where entry.name == name && !entry.value.isEmpty { return entry.value }
        // A boundary in RFC 2231 form is legal and has been seen.
        return parameters[name].flatMap { $0.isEmpty ? nil : Array($0.utf8) }
    }

    private func decoded(_ field: UnsafeRawBufferPointer) -> Parameters {
        var result = Parameters()
        var extended = false
        for (name, value) in raw {
            if name.utf8.contains(ASCII.asterisk) {
                extended = true
            } else if result[name] == nil {
                result.entries.append(.init(name: name, value: value.withUnsafeBytes { HeaderText.decoded($0) }))
            }
        }
        guard extended, field.count <= MIMELimits.structuredFieldLength else { return result }
        let ordered = sectionsInOrder() ?? Array(field)
        for (name, value) in ordered.withUnsafeBytes({ ExtendedParameters.decode($0) }) {
            // The extended form is the better one where both are given.
            guard raw.contains(where: { $0.name.hasPrefix(name + "*") }) else { continue }
            result.entries.removeAll { $0.name == name }
            result.entries.append(.init(name: name, value: value))
        }
        // What GMime would not read is better kept encoded than lost.
        for (name, value) in raw where name.utf8.contains(ASCII.asterisk) {
            let base = String(name.prefix { $0 != "*" })
            if result[base] == nil {
                result.entries.append(.init(name: base, value: value.withUnsafeBytes { HeaderText.decoded($0) }))
            }
        }
        return result
    }
}

extension ParameterizedField {
    /// The parameters with the sections of each value (`name*0`, `name*1`) in their order, which GMime expects; nil where
    /// they have it already.
    private func sectionsInOrder() -> [UInt8]? {
        func section(_ name: String) -> (base: Substring, number: Int)? {
            let parts = name.split(separator: "*", omittingEmptySubsequences: false)
            return parts.count > 1 ? Int(parts[1]).map { (parts[0], $0) } : nil
        }
        var sections: [Substring: [(number: Int, name: String, value: [UInt8])]] = [:]
        for (name, value) in raw {
            if let (base, number) = section(name) { sections[base, default: []].append((number, name, value)) }
        }
        let isOrdered = sections.values.allSatisfy { list in
            zip(list, list.dropFirst()).allSatisfy { $0.number <= $1.number }
        }
        guard !isOrdered else { return nil }
        var field: [UInt8] = []
        func append(_ name: String, _ value: [UInt8]) {
            field += Array("; \(name)=".utf8)
            // What is percent-encoded is not quoted.
            if name.hasSuffix("*") {
                field += value
                return
            }
            field.append(ASCII.quote)
            for byte in value {
                if byte == ASCII.quote || byte == ASCII.backslash { field.append(ASCII.backslash) }
                field.append(byte)
            }
            field.append(ASCII.quote)
        }
        for (name, value) in raw {
            guard let (base, _) = section(name) else {
                append(name, value)
                continue
            }
            for entry in (sections.removeValue(forKey: base) ?? []).sorted(by: { $0.number < $1.number }) {
                append(entry.name, entry.value)
            }
        }
        return field
    }
}

/// Reads the pieces of a parameterized field.
private struct Cursor {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Up to a semicolon, a comment, or a blank that is not beside the slash: the semicolon may be missing.
    mutating func leadingValue() -> [UInt8] {
        skipBlanksAndComments()
        var value = run { $0 != ASCII.semicolon && !$0.isWhiteSpace && $0 != ASCII.openParenthesis }
        while position < bytes.count {
            let byte = bytes[position]
            if byte == ASCII.semicolon { break }
            if byte.isWhiteSpace || byte == ASCII.openParenthesis {
                skipBlanksAndComments()
                let isBesideSlash =
                    value.last == ASCII.slash || position < bytes.count && bytes[position] == ASCII.slash
                if !isBesideSlash { break }
                continue
            }
            value.append(byte)
            position += 1
        }
        return value
    }

    mutating func parameter() -> (name: String, value: [UInt8])? {
        while position < bytes.count {
            skipBlanksAndComments()
            guard position < bytes.count else { return nil }
            if bytes[position] == ASCII.semicolon {
                position += 1
                continue
            }
            let start = position
            while position < bytes.count, bytes[position] != ASCII.equals, bytes[position] != ASCII.semicolon,
                !bytes[position].isWhiteSpace
            {
                position += 1
            }
            let name = bytes.slice(start..<position)
            skipBlanksAndComments()
            guard position < bytes.count, bytes[position] == ASCII.equals else { continue }
            position += 1
            skipBlanksAndComments()
            let value = position < bytes.count && bytes[position] == ASCII.quote ? quoted() : token()
            guard !name.isEmpty else { continue }
            return (String(lowercasedASCII: name.isASCII ? name : name.slice(0..<0)), value)
        }
        return nil
    }

    /// A backslash counts as an escape only before a quote or another one: paths are written unescaped.
    private mutating func quoted() -> [UInt8] {
        position += 1
        var value = run { $0 != ASCII.quote && $0 != ASCII.backslash }
        while position < bytes.count, bytes[position] != ASCII.quote {
            var byte = bytes[position]
            if byte == ASCII.backslash, position + 1 < bytes.count,
                bytes[position + 1] == ASCII.quote || bytes[position + 1] == ASCII.backslash
            {
                position += 1
                byte = bytes[position]
            }
            value.append(byte)
            position += 1
        }
        position += 1
        return value
    }

    /// The longest run of bytes that satisfy `isPart`.
    private mutating func run(while isPart: (UInt8) -> Bool) -> [UInt8] {
        let start = position
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
        return Array(bytes[start..<position])
    }

    private mutating func token() -> [UInt8] {
        let start = position
        while position < bytes.count, bytes[position] != ASCII.semicolon { position += 1 }
        var end = position
        // A comment behind the value, as in RFC 2045's own example.
        if let comment = bytes[start..<end].firstIndex(of: ASCII.openParenthesis), comment > start,
            bytes[comment - 1].isWhiteSpace, !bytes[start..<comment - 1].contains(where: \.isWhiteSpace)
        {
            end = comment
        }
        return Array(bytes.slice(start..<end).trimmed)
    }

    private mutating func skipBlanksAndComments() {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == ASCII.openParenthesis {
                depth += 1
            } else if depth > 0 {
                if byte == ASCII.closeParenthesis { depth -= 1 }
                if byte == ASCII.backslash { position += 1 }
            } else if !byte.isWhiteSpace {
                return
            }
            position += 1
        }
    }
}

/// RFC 2231 parameters through GMime.
private enum ExtendedParameters {
    static func decode(_ field: UnsafeRawBufferPointer) -> [(name: String, value: String)] {
        GMime.ready
        guard let semicolon = field.firstIndex(of: ASCII.semicolon) else { return [] }
        let text = CText(HeaderText.unfolded(field.slice(semicolon + 1..<field.count)))
        guard let list = text.withCString({ g_mime_param_list_parse(nil, $0) }) else { return [] }
        defer { g_object_unref(list) }
        var result: [(String, String)] = []
        for index in 0..<max(0, g_mime_param_list_length(list)) {
            guard let parameter = g_mime_param_list_get_parameter_at(list, index),
                let name = g_mime_param_get_name(parameter), let value = g_mime_param_get_value(parameter)
            else { continue }
            result.append((String(cString: name).lowercased(), String(cString: value)))
        }
        return result
    }
}
