/// What the configuration says of one key.
public struct Setting: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case text(String)
        case texts([String])
        case number(Int)
        case truth(Bool)
    }

    public let key: ConfigurationKey
    public var value: Value
    public let origin: SettingOrigin

    public init(key: ConfigurationKey, value: Value, origin: SettingOrigin) {
        self.key = key
        self.value = value
        self.origin = origin
    }

    /// nil where it is no single text.
    public var text: String? { if case .text(let text) = value { text } else { nil } }
    /// nil where it is no number.
    public var number: Int? { if case .number(let number) = value { number } else { nil } }

    /// For people, on one line.
    public var description: String {
        switch value {
        case .text(let text): text
        case .texts(let texts): texts.joined(separator: ", ")
        case .number(let number): String(number)
        case .truth(let truth): String(truth)
        }
    }

    /// "config.toml:12: source.url: …".
    public func located(_ text: String) -> String { "\(origin): \(key.name): \(text)" }
}

/// Where a setting comes from.
public struct SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    public let path: String
    /// Counted from 1.
    public let line: Int?

    /// "config.toml:12".
    public var description: String { line.map { "\(path):\($0)" } ?? path }
}
