import Glibc
import MailStore

/// Letters for the keywords of a folder, as Dovecot has them: its file `dovecot-keywords` names them, one a line.
struct KeywordLetters {
    private let folder: [UInt8]
    private var letters: [String: Int] = [:]
    private var used: Set<Int> = []
    private var content: [UInt8]
    private var isChanged = false

    private static let fileName = "/dovecot-keywords"

    /// - Parameter folder: its path, without a final slash or zero.
    init(folder: [UInt8]) {
        self.folder = folder
        content = SourceFile.read(folder + Array("\(Self.fileName)\0".utf8), limit: MaildirLimits.keywordFileSize) ?? []
        for (index, name) in (MaildirKeywords.dovecotNames(folder) ?? []).enumerated() {
            guard let name else { continue }
            used.insert(index)
            if letters[name] == nil { letters[name] = index }
        }
    }

    /// The letter of a keyword; nil where it can have none.
    mutating func letter(_ keyword: String) -> UInt8? {
        if let known = letters[keyword] { return UInt8(ascii: "a") + UInt8(known) }
        let isWritable = !keyword.isEmpty && keyword.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
        guard isWritable, let index = (0..<MaildirLimits.dovecotKeywords).first(where: { !used.contains($0) }) else {
            return nil
        }
        letters[keyword] = index
        used.insert(index)
        if let last = content.last, last != UInt8(ascii: "\n") { content.append(UInt8(ascii: "\n")) }
        content += Array("\(index) \(keyword)\n".utf8)
        isChanged = true
        return UInt8(ascii: "a") + UInt8(index)
    }

    /// Writes the file where it has to change; it must be there before the names that use its letters.
    mutating func write() throws(StoreError) {
        guard isChanged else { return }
        let temporary = folder + Array("/tmp/dovecot-keywords.mailbackup".utf8)
        let descriptor = try DestinationFile.create(temporary)
        defer { close(descriptor) }
        do throws(StoreError) {
            try DestinationFile.write(content, to: descriptor, temporary)
            let path = folder + Array(Self.fileName.utf8)
            guard fsync(descriptor) == 0 else { throw DestinationFile.error(errno, path, "cannot sync") }
            let code = DestinationFile.replace(path, by: temporary)
            guard code == 0 else { throw DestinationFile.error(code, path, "cannot write") }
        } catch {
            DestinationFile.remove(temporary)
            throw error
        }
        isChanged = false
    }
}

extension MaildirFileName {
    /// The info part, with its separator, of a message in that state: flags and keyword letters in ASCII order.
    static func info(of state: MessageState, letters: [UInt8]) -> [UInt8] {
        var info = Array(":2,".utf8)
        let flags: [(Bool, UInt8)] = [
            (state.draft, UInt8(ascii: "D")), (state.flagged, UInt8(ascii: "F")), (state.forwarded, UInt8(ascii: "P")),
            (state.answered, UInt8(ascii: "R")), (state.seen, UInt8(ascii: "S")), (state.deleted, UInt8(ascii: "T")),
        ]
        for (isSet, letter) in flags where isSet { info.append(letter) }
        return info + Set(letters).sorted()
    }
}
