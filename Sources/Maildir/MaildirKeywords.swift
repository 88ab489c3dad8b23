import MailStore

/// Keywords of a folder's messages, from the side files of Dovecot and Courier.
struct MaildirKeywords {
    /// Dovecot: name by letter index, in `dovecot-keywords`; nil where the index has no name.
    private let byLetter: [String?]
    /// Courier: names by unique name, in `courierimapkeywords/`.
    private let byUniqueName: [String: [String]]
    /// Letters used in this folder that have no name. Where Courier keeps the keywords, letters are not Dovecot's.
    private(set) var unknownLetters: UInt32 = 0
    private let expectsLetterNames: Bool
    private var cache: [UInt32: [String]] = [:]

    /// `folder` is the folder's path without a final slash or zero.
    init(folder: [UInt8]) {
        let names = Self.dovecotNames(folder)
        byLetter = names ?? [String?](repeating: nil, count: MaildirLimits.dovecotKeywords)
        byUniqueName = CourierKeywords.read(folder)
        expectsLetterNames = names != nil || byUniqueName.isEmpty
    }

    /// Adds a message's keywords to its state; `$Forwarded` becomes the state that Maildir also has a flag for.
    mutating func apply(letters: UInt32, uniqueName: String, to state: inout MessageState) {
        if letters != 0 { Self.add(names(letters), to: &state) }
        if !byUniqueName.isEmpty, let names = byUniqueName[uniqueName] { Self.add(names, to: &state) }
    }

    private static func add(_ names: [String], to state: inout MessageState) {
        for name in names {
            if name.lowercased() == "$forwarded" {
                state.forwarded = true
            } else if !state.keywords.contains(name) {
                state.keywords.append(name)
            }
        }
    }

    private mutating func names(_ letters: UInt32) -> [String] {
        if let names = cache[letters] { return names }
        var names: [String] = []
        for index in 0..<MaildirLimits.dovecotKeywords where letters & (1 << UInt32(index)) != 0 {
            if let name = byLetter[index] {
                names.append(name)
            } else if expectsLetterNames {
                unknownLetters |= 1 << UInt32(index)
            }
        }
        cache[letters] = names
        return names
    }

    /// Lines "INDEX NAME"; nil where there is no such file.
    static func dovecotNames(_ folder: [UInt8]) -> [String?]? {
        var names = [String?](repeating: nil, count: MaildirLimits.dovecotKeywords)
        let path = folder + Array("/dovecot-keywords\0".utf8)
        guard let content = SourceFile.read(path, limit: MaildirLimits.keywordFileSize) else { return nil }
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
            guard fields.count == 2, let index = Int(String(decoding: fields[0], as: UTF8.self)),
                names.indices.contains(index)
            else { continue }
            names[index] = String(decoding: fields[1], as: UTF8.self)
        }
        return names
    }
}
