import MailStore

/// What every ``SynchronizingStore`` must do, whatever it is made of: a copy that is kept up to date by what the store
/// tells is always equal to the mailbox.
public enum SynchronizationContract {
    /// One change of a kind after the other, each alone.
    ///
    /// The mailbox is new: an empty INBOX.
    /// - Returns: each broken rule in one line; empty where the store keeps them all.
    public static func violations(of mailbox: some ChangeableMailbox) async throws -> [String] {
        var course = Course(mailbox)
        let inbox = FolderPath(["INBOX"])
        let (first, second) = (FolderPath(["First"]), FolderPath(["First", "Second"]))
        let (renamed, below) = (FolderPath(["Renamed"]), FolderPath(["Renamed", "Second"]))
        try await course.compare(after: "nothing")
        for folder in [first, second] {
            try await mailbox.addFolder(folder)
            course.model.folders[folder] = [:]
        }
        try await course.compare(after: "new folders")
        var texts: [String] = []
        for folder in [inbox, first, second] {
            for _ in 0..<3 {
                let text = course.model.newText()
                texts.append(text)
                try await mailbox.deliver(text, to: folder)
                course.model.folders[folder]?[text] = MessageState()
            }
        }
        try await course.compare(after: "new messages")
        try await course.compare(after: "no change", unchanged: [inbox, first, second])

        var state = MessageState()
        state.seen = true
        state.keywords = mailbox.keywords
        try await mailbox.setState(state, of: texts[0], in: inbox)
        course.model.folders[inbox]?[texts[0]] = state
        try await course.compare(after: "flags", unchanged: [first, second])
        try await mailbox.setState(MessageState(), of: texts[0], in: inbox)
        course.model.folders[inbox]?[texts[0]] = MessageState()
        try await course.compare(after: "flags taken away", unchanged: [first, second])

        try await mailbox.move(texts[1], from: inbox, to: second)
        course.model.move(texts[1], from: inbox, to: second)
        try await course.compare(after: "a move", unchanged: [first])
        try await mailbox.delete(texts[3], from: first)
        course.model.folders[first]?[texts[3]] = nil
        try await course.compare(after: "a deletion", unchanged: [inbox, second])

        try await mailbox.renameFolder(first, to: renamed)
        course.model.rename(first, to: renamed)
        try await course.compare(after: "a renaming", unchanged: [inbox])
        try await mailbox.removeFolder(below)
        course.model.folders[below] = nil
        try await course.compare(after: "a removal", unchanged: [inbox, renamed])
        return course.violations
    }

    /// Random changes, now and then brought over, with and without a rest before.
    ///
    /// The mailbox is new: an empty INBOX.
    /// - Returns: the first broken rules in one line each, and what led to them.
    public static func violations(
        of mailbox: some ChangeableMailbox, seed: UInt64, changes: Int
    ) async throws -> [String] {
        var random = SeededGenerator(seed: seed)
        var course = Course(mailbox)
        var history: [String] = []
        for _ in 0..<changes {
            history.append(try await course.model.change(mailbox, using: &random))
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                try await course.compare(after: "a rest", unchanged: [])
                history.append("rest, bring over")
            case 1:
                try await course.compareAtOnce(after: "a change")
                history.append("bring over")
            default: break
            }
            if !course.violations.isEmpty { return ["seed \(seed)"] + course.violations + history.suffix(20) }
        }
        try await course.compare(after: "all", unchanged: [])
        return course.violations.isEmpty ? [] : ["seed \(seed)"] + course.violations + history.suffix(20)
    }
}

/// A mailbox, what it should be, and the copy of it.
private struct Course<Mailbox: ChangeableMailbox> {
    let mailbox: Mailbox
    var model = MailboxModel()
    private var replica = MailboxReplica()
    private(set) var violations: [String] = []

    init(_ mailbox: Mailbox) {
        self.mailbox = mailbox
        model.folders[FolderPath(["INBOX"])] = [:]
    }

    /// Brings the copy up to date after a rest, so that the store can be sure of what it tells.
    /// - Parameter unchanged: folders that need not be looked at.
    mutating func compare(after what: String, unchanged: Set<FolderPath> = []) async throws {
        try await mailbox.rest()
        let store = try await mailbox.open()
        let skipped = try await replica.synchronize(store)
        try await replica.checkRest(store)
        let hasStates = try await !store.hierarchyWithStates().states.isEmpty
        if hasStates && !skipped.isSuperset(of: unchanged) {
            let names = unchanged.subtracting(skipped).map(\.description).sorted()
            violations.append("after \(what): \(names.joined(separator: ", ")) had another state, and no change")
        }
        note(what)
    }

    /// Brings the copy up to date without a rest.
    mutating func compareAtOnce(after what: String) async throws {
        _ = try await replica.synchronize(try await mailbox.open())
        note(what)
    }

    private mutating func note(_ what: String) {
        violations += replica.violations.map { "after \(what): \($0)" }
        let contents = replica.contents
        for path in Set(contents.keys).union(model.folders.keys) where contents[path] != model.folders[path] {
            let (has, should) = (contents[path]?.count, model.folders[path]?.count)
            violations.append(
                "after \(what): \(path.description) has \(has.map(String.init) ?? "no") messages of "
                    + "\(should.map(String.init) ?? "no"), or with other states")
        }
    }
}
