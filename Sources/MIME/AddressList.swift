internal import CGMime

/// Address lists of header fields — RFC 5322 3.4, with every deviation that mail has. Groups are flattened.
///
/// The list is cut into single addresses here, so that one malformed address costs only itself: what GMime cannot
/// read is salvaged, and what cannot be salvaged is a mailbox with a name only.
enum AddressList {
    /// - Parameter fallback: charset of raw 8-bit text that is not UTF-8.
    static func mailboxes(_ value: UnsafeRawBufferPointer, fallback: String? = nil) -> [Mailbox] {
        HeaderText.withUnfolded(value) { bytes in
            var result: [Mailbox] = []
            for range in pieces(bytes) where result.count < MIMELimits.addressCount {
                let piece = bytes.slice(range).trimmed
                guard !piece.isEmpty else { continue }
                if let mailbox = simple(piece) {
                    result.append(mailbox)
                } else {
                    result.append(contentsOf: general(piece, fallback: fallback))
                }
            }
            return result
        }
    }

    /// Ranges between the separators that count; a list with an unbalanced quote is cut without regard to quotes.
    private static func pieces(_ bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        split(bytes, respectingQuotes: true) ?? split(bytes, respectingQuotes: false) ?? []
    }

    private static func split(_ bytes: UnsafeRawBufferPointer, respectingQuotes: Bool) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        var start = 0
        var position = 0
        var quoted = false
        var comment = 0
        var angle = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == ASCII.backslash, quoted || comment > 0 {
                position += 2
                continue
            }
            if quoted {
                if byte == ASCII.quote { quoted = false }
            } else if comment > 0 {
                if byte == ASCII.openParenthesis { comment += 1 }
                if byte == ASCII.closeParenthesis { comment -= 1 }
            } else {
                switch byte {
                case ASCII.quote where respectingQuotes: quoted = true
                case ASCII.openParenthesis where respectingQuotes: comment = 1
                case ASCII.less: angle = true
                case ASCII.greater: angle = false
                case ASCII.comma where !angle || !respectingQuotes || !isRoute(bytes, position),
                    ASCII.semicolon where !angle || !respectingQuotes:
                    ranges.append(start..<position)
                    start = position + 1
                    angle = false
                case ASCII.colon where !angle && isGroupColon(bytes, start, position):
                    start = position + 1
                default: break
                }
            }
            position += 1
        }
        if respectingQuotes, quoted || comment > 0 { return nil }
        ranges.append(min(start, bytes.count)..<bytes.count)
        return ranges
    }

    /// A comma in `<@a,@b:user@host>`.
    private static func isRoute(_ bytes: UnsafeRawBufferPointer, _ comma: Int) -> Bool {
        var next = comma + 1
        while next < bytes.count, bytes[next].isBlank { next += 1 }
        return next < bytes.count && bytes[next] == ASCII.at
    }

    /// `Group name:`, not `mailto:` or an address that holds a colon.
    private static func isGroupColon(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ colon: Int) -> Bool {
        let name = bytes.slice(start..<colon)
        return !name.contains(ASCII.at) && !name.contains(0x5B)
    }

    /// The everyday forms, `user@host`, `Name <user@host>`, `"Name" <user@host>`; nil for all others.
    private static func simple(_ piece: UnsafeRawBufferPointer) -> Mailbox? {
        guard piece.isASCII else { return nil }
        guard let open = piece.firstIndex(of: ASCII.less) else {
            return isPlainAddress(piece) ? Mailbox(displayName: "", address: string(piece)) : nil
        }
        guard piece[piece.count - 1] == ASCII.greater else { return nil }
        let address = piece.slice(open + 1..<piece.count - 1)
        guard isPlainAddress(address) else { return nil }
        var name = piece.slice(0..<open).trimmed
        if name.count >= 2, name[0] == ASCII.quote, name[name.count - 1] == ASCII.quote {
            name = name.slice(1..<name.count - 1)
        }
        for byte in name {
            switch byte {
            case ASCII.quote, ASCII.backslash, ASCII.openParenthesis, ASCII.closeParenthesis: return nil
            default: continue
            }
        }
        return Mailbox(displayName: HeaderText.decoded(string(name)), address: string(address))
    }

    /// One `@`, and nothing that has a meaning in the grammar.
    private static func isPlainAddress(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var ats = 0
        for byte in bytes {
            switch byte {
            case ASCII.at: ats += 1
            case 0x2B, 0x2D...0x39, 0x41...0x5A, 0x5E...0x7E, 0x21, 0x23...0x27, 0x2A, 0x3D, 0x3F: continue
            default: return false
            }
        }
        return ats == 1 && bytes[0] != ASCII.at && bytes[bytes.count - 1] != ASCII.at
    }

    private static func string(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func general(_ piece: UnsafeRawBufferPointer, fallback: String?) -> [Mailbox] {
        if isOnlyComment(piece) { return [] }
        let text = Charset.undeclared(
            piece.slice(0..<min(piece.count, MIMELimits.structuredFieldLength)), fallback: fallback)
        let parsed = GMimeAddresses.parse(text)
        // `Name <user>` is a local address; words without brackets are only a name.
        let hasBrackets = piece.contains(ASCII.less)
        let usable = parsed.filter { isComplete($0.address) || hasBrackets && isLocal($0.address) }
        if !usable.isEmpty && usable.count == parsed.count { return usable.filter { !isUndisclosed($0) } }
        guard let salvaged = AddressSalvage.mailbox(text), !isUndisclosed(salvaged) else { return [] }
        return [salvaged]
    }

    /// An empty group that something made an address of.
    private static func isUndisclosed(_ mailbox: Mailbox) -> Bool {
        let text = mailbox.address.isEmpty ? mailbox.displayName : mailbox.address
        let start = text.prefix(21).lowercased()
        return start == "undisclosed-recipient" || mailbox.address.isEmpty && start == "undisclosed recipient"
    }

    private static func isOnlyComment(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard piece.first == ASCII.openParenthesis else { return false }
        var depth = 0
        for byte in piece {
            if byte == ASCII.openParenthesis { depth += 1 }
            if depth == 0, !byte.isWhiteSpace { return false }
            if byte == ASCII.closeParenthesis { depth -= 1 }
        }
        return depth == 0
    }

    private static func isLocal(_ address: String) -> Bool {
        !address.isEmpty && !address.contains("@") && !address.contains(" ")
    }

    /// A local part and a domain, and no more than one of each.
    private static func isComplete(_ address: String) -> Bool {
        guard let at = address.lastIndex(of: "@") else { return false }
        let local = address[..<at]
        return !local.isEmpty && at != address.index(before: address.endIndex)
            && (local.hasPrefix("\"") || !local.contains("@"))
    }
}

private enum GMimeAddresses {
    static func parse(_ text: String) -> [Mailbox] {
        GMime.ready
        let list = CText(text).withCString { internet_address_list_parse(nil, $0) }
        guard let list = list.flatMap({ $0 }) else { return [] }
        defer { g_object_unref(list) }
        var result: [Mailbox] = []
        collect(list, depth: 0, keepsEncoding: text.lowercased().contains("xn--"), into: &result)
        return result
    }

    private static func collect(
        _ list: UnsafeMutablePointer<InternetAddressList>, depth: Int, keepsEncoding: Bool, into result: inout [Mailbox]
    ) {
        guard depth < 8 else { return }
        for index in 0..<max(0, internet_address_list_length(list)) {
            guard let entry = internet_address_list_get_address(list, index) else { continue }
            let instance = UnsafeMutableRawPointer(entry)
            if isA(instance, internet_address_group_get_type()) {
                let group = instance.assumingMemoryBound(to: InternetAddressGroup.self)
                if let members = internet_address_group_get_members(group) {
                    collect(members, depth: depth + 1, keepsEncoding: keepsEncoding, into: &result)
                }
            } else if isA(instance, internet_address_mailbox_get_type()) {
                let mailbox = instance.assumingMemoryBound(to: InternetAddressMailbox.self)
                let name = internet_address_get_name(entry).map { String(cString: $0) } ?? ""
                // GMime decodes internationalized domains; an address is kept as it was written.
                let written =
                    keepsEncoding
                    ? internet_address_mailbox_get_idn_addr(mailbox) : internet_address_mailbox_get_addr(mailbox)
                let address = written.map { String(cString: $0) } ?? ""
                result.append(Mailbox(displayName: name, address: address))
            }
        }
    }

    private static func isA(_ instance: UnsafeMutableRawPointer, _ type: GType) -> Bool {
        g_type_check_instance_is_a(instance.assumingMemoryBound(to: GTypeInstance.self), type) != 0
    }
}

/// Addresses that no parser reads: the longest token that looks like one, otherwise the text as a name.
enum AddressSalvage {
    static func mailbox(_ text: String) -> Mailbox? {
        let delimiters: Set<Character> = [" ", "<", ">", "(", ")", "[", "]", ",", ";", ":", "\"", "'"]
        var best: Substring = ""
        for token in text.split(whereSeparator: { delimiters.contains($0) }) {
            guard let at = token.firstIndex(of: "@"), at != token.startIndex, token.index(after: at) != token.endIndex
            else { continue }
            if token.utf8.count > best.utf8.count { best = token }
        }
        var rest = text
        if !best.isEmpty, let found = rest.range(of: best) { rest.removeSubrange(found) }
        let name = HeaderText.decoded(rest).filter { $0 != "<" && $0 != ">" && $0 != "\"" }
        let trimmed = name.trimmingBlanks()
        if best.isEmpty && trimmed.isEmpty { return nil }
        return Mailbox(displayName: trimmed, address: String(best))
    }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(self[first...last])
    }

    /// The first place where `text` occurs.
    fileprivate func range(of text: Substring) -> Range<String.Index>? {
        let own = Array(utf8)
        let other = Array(text.utf8)
        guard !other.isEmpty, own.count >= other.count else { return nil }
        for start in 0...own.count - other.count where own[start..<start + other.count].elementsEqual(other) {
            let lower = utf8.index(utf8.startIndex, offsetBy: start)
            return lower..<utf8.index(lower, offsetBy: other.count)
        }
        return nil
    }
}
