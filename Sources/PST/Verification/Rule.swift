/// How much a finding matters.
public enum Severity: String, Sendable, Comparable {
    /// Odd, or what Outlook itself does now and then; nothing is lost.
    case warning
    /// The file is damaged or inconsistent.
    case error

    public static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .error }
}

/// Which files are judged.
public enum VerificationProfile: Sendable {
    /// A PST of any origin; what genuine Outlook files do is at most a warning.
    case any
    /// One that this program wrote: it has no excuse for anything, and Outlook's repair tool is to be silent on it.
    case fresh
}

/// What to do about a finding.
public enum Remedy: String, Sendable {
    case makeAgain = "The file was damaged or altered after it was written; take another copy of it, or make it again."
    case repairMaps = "Outlook rebuilds the allocation maps when it opens the file; back it up again before that."
    case repair = "Let Outlook's repair tool (scanpst) rebuild the lists and counts, or make the file again."
    case item = "The item named is affected; fetch it from the source again and compare it."
    case none = "Nothing has to be done."
}

/// One requirement on a PST, as a value: what it is called, where it is written, and what a breach of it means.
public struct Rule: Hashable, Sendable {
    /// Stable, for scripts: words joined by hyphens.
    public let id: String
    /// Severity in a file of any origin; nil where the rule does not apply.
    public let any: Severity?
    /// Severity in a file that this program wrote; nil where the rule does not apply.
    public let fresh: Severity?
    /// The section that it enforces: of [MS-PST], or what Outlook's repair tool enforces beyond it ("scanpst").
    public let section: String
    /// What is wrong when the rule is broken, as a phrase.
    public let meaning: String
    public let remedy: Remedy

    init(_ id: String, _ both: Severity, _ section: String, _ meaning: String, _ remedy: Remedy) {
        self.init(id, any: both, fresh: both, section, meaning, remedy)
    }

    init(_ id: String, any: Severity?, fresh: Severity?, _ section: String, _ meaning: String, _ remedy: Remedy) {
        self.id = id
        self.any = any
        self.fresh = fresh
        self.section = section
        self.meaning = meaning
        self.remedy = remedy
    }

    /// Its severity in a profile; nil where it does not apply.
    public func severity(in profile: VerificationProfile) -> Severity? {
        profile == .any ? any : fresh
    }

    public static func == (left: Rule, right: Rule) -> Bool { left.id == right.id }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
