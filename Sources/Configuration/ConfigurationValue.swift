/// A value of a TOML file, as far as the configuration has a use for it.
enum ConfigurationValue: Hashable, Sendable {
    case text(String)
    case number(Int)
    case truth(Bool)
    case list([ConfigurationValue])
    case table([String: ConfigurationValue])
    /// A local date: "2025-01-31".
    case date(String)
    /// What no key takes, by its name in TOML: a fraction, a time.
    case other(String)

    /// For messages.
    var kind: String {
        switch self {
        case .text: "a string"
        case .number: "a number"
        case .truth: "true or false"
        case .list: "an array"
        case .table: "a table"
        case .date: "a date"
        case .other(let name): "a \(name)"
        }
    }
}
