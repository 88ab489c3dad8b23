public import MailStore

/// A pattern for folder paths: "*" stands for anything, "%" for anything within one level, "/" separates levels,
/// "\" takes the next character as it is. "#sent#" at the start stands for every folder with that role, whatever
/// its name; what follows applies to the path below it ("#archive#/2024", "#inbox#*").
public struct FolderPattern: Hashable, Sendable {
    /// As the user wrote it.
    public let text: String
    private let role: FolderRole?
    private let tokens: [Token]

    private enum Token: Hashable {
        case anything
        case anythingWithinLevel
        case separator
        case character(Character)
    }

    public struct Invalid: Error, Hashable, Sendable {
        /// One line for the user.
        public let message: String
    }

    public init(_ text: String) throws(Invalid) {
        self.text = text
        var rest = text[...]
        role = try Self.takeRole(&rest)
        if role == nil && rest.isEmpty { throw Invalid(message: "an empty folder pattern") }
        var tokens: [Token] = []
        while let character = rest.popFirst() {
            switch character {
            case "*": tokens.append(.anything)
            case "%": tokens.append(.anythingWithinLevel)
            case "/": tokens.append(.separator)
            case "\\":
                guard let literal = rest.popFirst() else {
                    throw Invalid(message: "'\(text)' ends in a backslash that has nothing to escape")
                }
                tokens.append(.character(literal))
            default: tokens.append(.character(character))
            }
        }
        self.tokens = role == nil ? Self.unifyingInbox(tokens) : tokens
    }

    private static func takeRole(_ rest: inout Substring) throws(Invalid) -> FolderRole? {
        guard rest.first == "#", let end = rest.dropFirst().firstIndex(of: "#") else { return nil }
        let name = rest[rest.index(after: rest.startIndex)..<end]
        guard let role = FolderRole(rawValue: name.lowercased()) else {
            let known = FolderRole.allCases.map { "#\($0.rawValue)#" }.joined(separator: ", ")
            throw Invalid(message: "'#\(name)#' is no well-known folder; known are \(known)")
        }
        rest = rest[rest.index(after: end)...]
        return role
    }

    /// INBOX is the one name without regard to case — RFC 9051 5.1.
    private static func unifyingInbox(_ tokens: [Token]) -> [Token] {
        let inbox = Array("INBOX")
        let start = tokens.prefix(inbox.count)
        let isInbox = zip(start, inbox).allSatisfy { token, letter in
            if case .character(let character) = token { return character.uppercased() == String(letter) }
            return false
        }
        guard start.count == inbox.count, isInbox else { return tokens }
        if tokens.count > inbox.count, case .character = tokens[inbox.count] { return tokens }
        return inbox.map { .character($0) } + tokens.dropFirst(inbox.count)
    }

    /// Whether the pattern means `folder`, one of `all` the folders of its store.
    public func matches(_ folder: FolderInfo, among all: [FolderInfo]) -> Bool {
        guard let role else { return matches(Self.elements(of: folder.path.names[...])) }
        return all.contains { root in
            guard root.role == role, folder.path.names.starts(with: root.path.names) else { return false }
            var below = Self.elements(of: folder.path.names.dropFirst(root.path.names.count))
            if !below.isEmpty { below.insert(.separator, at: 0) }
            return matches(below)
        }
    }

    /// A path as literal tokens.
    private static func elements(of names: ArraySlice<String>) -> [Token] {
        Array(names.map { name in name.map { Token.character($0) } }.joined(separator: [.separator]))
    }

    /// Follows all ways through the pattern at once, so that no pattern takes long.
    private func matches(_ elements: [Token]) -> Bool {
        var reached = [Bool](repeating: false, count: tokens.count + 1)
        reached[0] = true
        skipWildcards(&reached)
        for element in elements {
            var next = [Bool](repeating: false, count: tokens.count + 1)
            for (index, token) in tokens.enumerated() where reached[index] {
                switch token {
                case .anything: next[index] = true
                case .anythingWithinLevel: if element != .separator { next[index] = true }
                default: if token == element { next[index + 1] = true }
                }
            }
            skipWildcards(&next)
            reached = next
        }
        return reached[tokens.count]
    }

    /// A wildcard may stand for nothing.
    private func skipWildcards(_ reached: inout [Bool]) {
        for (index, token) in tokens.enumerated() where reached[index] {
            if token == .anything || token == .anythingWithinLevel { reached[index + 1] = true }
        }
    }
}

/// Which folders of a store are copied.
public struct FolderSelection: Hashable, Sendable {
    /// Empty: all.
    public var included: [FolderPattern]
    public var excluded: [FolderPattern]

    public init(included: [FolderPattern] = [], excluded: [FolderPattern] = []) {
        self.included = included
        self.excluded = excluded
    }

    /// Whether `folder`, one of `all` the folders of its store, is meant.
    public func selects(_ folder: FolderInfo, among all: [FolderInfo]) -> Bool {
        (included.isEmpty || included.contains { $0.matches(folder, among: all) })
            && !excluded.contains { $0.matches(folder, among: all) }
    }

    /// Patterns of `included` that no folder answers to: a slip of the pen, most likely.
    func unmatched(in all: [FolderInfo]) -> [FolderPattern] {
        included.filter { pattern in !all.contains { pattern.matches($0, among: all) } }
    }
}
