/// ``StoreIdentity/generation`` of a set: that of its only file, or "LABEL=GENERATION" of each part, divided by ";".
public struct SetGeneration: Hashable, Sendable {
    /// By the labels of the parts, in the order of the set; "" is the label of FILE.pst itself.
    public let parts: [(label: String, generation: String)]

    init(parts: [(label: String, generation: String)]) {
        self.parts = parts
    }

    public init(_ text: String) {
        guard text.contains("=") else {
            parts = text.isEmpty ? [] : [("", text)]
            return
        }
        parts = text.split(separator: ";").map { part in
            let fields = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(fields[0]), fields.count > 1 ? String(fields[1]) : "")
        }
    }

    public var text: String {
        if parts.count == 1, parts[0].label.isEmpty { return parts[0].generation }
        return parts.map { "\($0.label)=\($0.generation)" }.joined(separator: ";")
    }

    public subscript(label: String) -> String? { parts.first { $0.label == label }?.generation }

    public static func == (left: SetGeneration, right: SetGeneration) -> Bool { left.text == right.text }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
