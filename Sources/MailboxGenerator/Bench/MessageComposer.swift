/// Composes made-up mail of a wanted size: plain text, HTML with an alternative, pictures and attachments, with the
/// headers mail has after three hops.
struct MessageComposer {
    private var random: SplitMix64
    private let plain: LinePool
    private let ascii: LinePool
    private let html: LinePool
    private let base64: LinePool
    private var composed = 0

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        plain = .text(1 << 18, words: Vocabulary.words, using: &random)
        ascii = .text(1 << 18, words: Vocabulary.plainWords, using: &random)
        html = .html(1 << 18, using: &random)
        base64 = .base64(1 << 22, using: &random)
    }

    /// Writes one message.
    ///
    /// - Parameters:
    ///   - size: wanted bytes; the header alone takes about 1.3 KB.
    ///   - date: seconds since 1970.
    mutating func compose(_ size: Int, date: Int, to file: inout FileWriter) throws {
        composed += 1
        try file.write(header(date: date))
        // What boundaries, part headers and the last line add, on average.
        let body = max(size - file.size - 220, 100)
        switch body {
        case ..<4_000:
            switch random.below(10) {
            case ..<6: try writeText(body, to: &file)
            case ..<9: try writeAlternative(body, to: &file)
            default: try writeHTML(body, to: &file)
            }
        case ..<30_000:
            switch random.below(10) {
            case ..<3: try writeText(body, to: &file)
            case ..<8: try writeAlternative(body, to: &file)
            default: try writeMixed(body, to: &file)
            }
        default:
            if body < 200_000 && random.below(4) == 0 {
                try writeAlternative(body, to: &file)
            } else {
                try writeMixed(body, to: &file)
            }
        }
    }

    private mutating func header(date: Int) -> String {
        let from = person()
        let to = person()
        let domain = random.pick(Vocabulary.domains)
        let identifier = "\(composed).\(String(random.next(), radix: 36))@\(domain)"
        var lines = [
            "Return-Path: <\(from.address)>",
            "Delivered-To: fredb@example.com",
        ]
        for hop in 0..<3 {
            let queue = String(random.next(), radix: 16, uppercase: true)
            lines.append("Received: from mx\(hop).\(domain) (mx\(hop).\(domain) [192.0.2.\(1 + random.below(250))])")
            lines.append("\tby mail\(hop).example.com (Postfix) with ESMTPS id \(queue)")
            lines.append("\tfor <fredb@example.com>; \(MailDate.format(date - hop))")
        }
        lines.append("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=\(domain); s=key1;")
        for _ in 0..<4 { lines.append("\tb=" + (0..<4).map { _ in String(random.next(), radix: 36) }.joined()) }
        lines.append("From: \(from.mailbox)")
        lines.append("To: \(to.mailbox)")
        for _ in 0..<max(random.below(6) - 3, 0) { lines.append("Cc: \(person().mailbox)") }
        let words = (0..<(3 + random.below(5))).map { _ in random.pick(Vocabulary.plainWords) }
        lines.append("Subject: \(random.below(3) == 0 ? "Re: " : "")\(words.joined(separator: " "))")
        lines.append("Date: \(MailDate.format(date - 3))")
        lines.append("Message-ID: <\(identifier)>")
        if random.below(5) < 2 {
            let parent = "<\(String(random.next(), radix: 36))@\(domain)>"
            lines.append("In-Reply-To: \(parent)")
            lines.append("References: <\(String(random.next(), radix: 36))@\(domain)>\n \(parent)")
        }
        lines.append("MIME-Version: 1.0")
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func person() -> (mailbox: String, address: String) {
        let given = random.pick(Vocabulary.givenNames)
        let family = random.pick(Vocabulary.familyNames)
        let address = "user\(random.below(500))@\(random.pick(Vocabulary.domains))"
        return ("\(EncodedWord.encode("\(given) \(family)")) <\(address)>", address)
    }

    private mutating func writeText(_ size: Int, to file: inout FileWriter) throws {
        if random.below(2) == 0 {
            try file.write("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n")
            try write(plain, size, to: &file)
        } else {
            try file.write("Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\n")
            try write(ascii, size, to: &file)
        }
    }

    private mutating func writeHTML(_ size: Int, to file: inout FileWriter) throws {
        try file.write("Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n")
        try file.write("<html><head><title>mail</title></head><body>\n")
        try write(html, size, to: &file)
        try file.write("</body></html>\n")
    }

    private mutating func writeAlternative(_ size: Int, to file: inout FileWriter) throws {
        let boundary = "=_alternative_\(random.next())"
        try file.write("Content-Type: multipart/alternative;\n\tboundary=\"\(boundary)\"\n\n--\(boundary)\n")
        try writeText(size / 4, to: &file)
        try file.write("\n--\(boundary)\n")
        try writeHTML(size - size / 4, to: &file)
        try file.write("\n--\(boundary)--\n")
    }

    private mutating func writeMixed(_ size: Int, to file: inout FileWriter) throws {
        let boundary = "=_mixed_\(random.next())"
        try file.write("Content-Type: multipart/mixed;\n\tboundary=\"\(boundary)\"\n\n--\(boundary)\n")
        let text = min(size / 4, 500 + random.below(5_000))
        try writeAlternative(text, to: &file)
        let count = 1 + random.below(3)
        for index in 0..<count {
            try file.write("\n--\(boundary)\n")
            let kind = random.pick(Vocabulary.fileNames)
            try file.write(
                """
                Content-Type: \(kind.type); name="\(index)-\(kind.name)"
                Content-Disposition: attachment; filename="\(index)-\(kind.name)"
                Content-Transfer-Encoding: base64


                """)
            try write(base64, (size - text) / count, to: &file)
        }
        try file.write("\n--\(boundary)--\n")
    }

    /// Fills with lines of `pool`.
    private mutating func write(_ pool: LinePool, _ size: Int, to file: inout FileWriter) throws {
        try pool.write(size, into: &file, using: &random)
    }
}
