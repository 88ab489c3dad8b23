/// A breach of a rule.
public struct Finding: Sendable {
    public let rule: Rule
    public let severity: Severity
    public let place: Place
    public let found: String
    public let expected: String
}

/// Where something lies in a PST.
public struct Place: Sendable, Hashable {
    /// The structure's name in [MS-PST], or what kind of object it is.
    public let structure: String
    /// Bytes from the start of the file, where that is what identifies it.
    public var offset: UInt64?
    /// NIDs from the node down to a subnode.
    public var nodes: [UInt32] = []

    init(_ structure: String, offset: UInt64? = nil, nodes: [UInt32] = []) {
        self.structure = structure
        self.offset = offset
        self.nodes = nodes
    }

    /// A subnode of the node here.
    func below(_ node: UInt32, _ structure: String) -> Place {
        Place(structure, nodes: nodes + [node])
    }
}

extension Place: CustomStringConvertible {
    public var description: String {
        var text = structure
        if !nodes.isEmpty { text += " NID " + nodes.map(hexadecimal).joined(separator: "/") }
        if let offset { text += " at " + hexadecimal(offset) }
        return text
    }
}

extension Finding: CustomStringConvertible {
    /// One line.
    public var description: String {
        var text = "\(severity) \(rule.id) [\(rule.section)] \(place): \(rule.meaning); found \(found)"
        if !expected.isEmpty { text += ", expected \(expected)" }
        return text
    }
}

func hexadecimal(_ value: some BinaryInteger) -> String {
    "0x" + String(value, radix: 16, uppercase: true)
}

/// The start of some bytes, for messages to people.
func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    let shown = bytes.prefix(20).map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
    return shown.joined() + (bytes.count > 20 ? "… (\(bytes.count) bytes)" : "")
}

/// Collects what the checks find: counts everything, passes on a bounded number for each rule.
final class FindingLog {
    let profile: VerificationProfile
    private let limit: Int
    private let sink: (Finding) -> Void
    /// Set while something is read whose findings another check reports.
    var isMuted = false
    private(set) var counts: [Rule: Int] = [:]
    private(set) var errors = 0
    private(set) var warnings = 0

    init(profile: VerificationProfile, limit: Int, sink: @escaping (Finding) -> Void) {
        self.profile = profile
        self.limit = limit
        self.sink = sink
    }

    /// - Parameter mildly: a circumstance (an old format, a file not closed cleanly) makes an error a warning.
    func report(
        _ rule: Rule, _ place: @autoclosure () -> Place, mildly: Bool = false, found: @autoclosure () -> String,
        expected: @autoclosure () -> String = ""
    ) {
        guard !isMuted, var severity = rule.severity(in: profile) else { return }
        if mildly { severity = .warning }
        if severity == .error { errors += 1 } else { warnings += 1 }
        let count = counts[rule, default: 0] + 1
        counts[rule] = count
        guard count <= limit else { return }
        sink(Finding(rule: rule, severity: severity, place: place(), found: found(), expected: expected()))
    }
}
