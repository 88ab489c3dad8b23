import Glibc

/// Courier's `courierimapkeywords` folder. Its file ":list" holds keyword names one a line, an empty line, then
/// "UNIQUE-NAME:INDEX INDEX …" a line. A change is first written to a file of its own, named after the
/// message — plainly, or as ".NUMBER.UNIQUE-NAME", the highest number being the newest — with the names of the
/// message's keywords one a line; it overrides the list.
enum CourierKeywords {
    /// Keyword names by (escaped) unique name; empty where the folder has no such file.
    static func read(_ folder: [UInt8]) -> [String: [String]] {
        let directory = folder + Array("/courierimapkeywords".utf8)
        guard let entries = Directory(directory + [0]) else { return [:] }
        var keywords: [String: [String]] = [:]
        if let list = SourceFile.read(directory + Array("/:list\0".utf8), limit: MaildirLimits.keywordFileSize) {
            keywords = parse(list: list)
        }
        var newest: [String: UInt64] = [:]
        _ = entries.forEachName { name in
            guard name.first != UInt8(ascii: ":"), let update = Update(name) else { return }
            if let known = newest[update.uniqueName], known > update.number { return }
            let path = directory + [UInt8(ascii: "/")] + Array(name) + [0]
            guard let content = SourceFile.read(path, limit: MaildirLimits.keywordFileSize) else { return }
            newest[update.uniqueName] = update.number
            keywords[update.uniqueName] = lines(content).prefix(MaildirLimits.courierKeywords)
                .filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
        }
        return keywords
    }

    /// The name of a file that overrides the list for one message.
    private struct Update {
        let uniqueName: String
        let number: UInt64

        init?(_ name: UnsafeBufferPointer<UInt8>) {
            guard name.first == UInt8(ascii: ".") else {
                uniqueName = EscapedName.encode(name)
                number = 0
                return
            }
            let parts = name.dropFirst().split(separator: UInt8(ascii: "."), maxSplits: 1)
            guard parts.count == 2, let number = UInt64(String(decoding: parts[0], as: UTF8.self)) else { return nil }
            uniqueName = EscapedName.encode(Array(parts[1]))
            self.number = number
        }
    }

    static func parse(list: [UInt8]) -> [String: [String]] {
        let lines = lines(list)
        let names = lines.prefix { !$0.isEmpty }.prefix(MaildirLimits.courierKeywords)
            .map { String(decoding: $0, as: UTF8.self) }
        var keywords: [String: [String]] = [:]
        for line in lines.drop(while: { !$0.isEmpty }).dropFirst() {
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")) else { continue }
            let indices = line[(colon + 1)...].split(separator: UInt8(ascii: " "))
                .prefix(MaildirLimits.courierKeywords)
                .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
            let uniqueName = EscapedName.encode(Array(line[..<colon]))
            keywords[uniqueName] = indices.filter(names.indices.contains).map { names[$0] }
        }
        return keywords
    }

    private static func lines(_ content: [UInt8]) -> [ArraySlice<UInt8>] {
        content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }
}
