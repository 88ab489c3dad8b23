import MailStore
import TOMLKit

/// A TOML file as a tree of values, with the lines of its keys.
struct ConfigurationDocument {
    let path: String
    let root: [String: ConfigurationValue]
    private let lines: KeyLines

    /// - Throws: `.configuration` where the text is no TOML, with the line.
    init(path: String, text: String) throws(StoreError) {
        self.path = path
        // The parser gives strings that end at their first zero.
        for zero in ["\0", "\\u0000", "\\U00000000"] where text.contains(zero) {
            throw StoreError(.configuration, "\(path): there is a zero character in it")
        }
        do {
            root = Self.values(try TOMLTable(string: text))
        } catch let error as TOMLParseError {
            throw StoreError(
                .configuration, "\(path):\(error.source.begin.line): no TOML: \(error.description)")
        } catch {
            throw StoreError(.configuration, "\(path): no TOML: \(error)")
        }
        lines = KeyLines(text)
    }

    /// Where a key stands.
    func origin(of key: [String]) -> SettingOrigin { SettingOrigin(path: path, line: lines.line(of: key)) }

    /// "config.toml:12: source.urll: what is wrong".
    func error(_ key: [String], _ text: String) -> StoreError {
        StoreError(.configuration, "\(origin(of: key)): \(key.joined(separator: ".")): \(text)")
    }

    private static func values(_ table: TOMLTable) -> [String: ConfigurationValue] {
        var values: [String: ConfigurationValue] = [:]
        for key in table.keys {
            if let value = table[key] { values[key] = Self.value(value) }
        }
        return values
    }

    private static func text(_ date: TOMLDate) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(width - digits.count, 0)) + digits
        }
        return "\(padded(Int(date.year), 4))-\(padded(Int(date.month), 2))-\(padded(Int(date.day), 2))"
    }

    private static func value(_ value: any TOMLValueConvertible) -> ConfigurationValue {
        if let text = value.string { return .text(text) }
        if let number = value.int { return .number(number) }
        if let truth = value.bool { return .truth(truth) }
        if let table = value.table { return .table(values(table)) }
        if let array = value.array { return .list(array.map { Self.value($0) }) }
        if let date = value.date { return .date(Self.text(date)) }
        return .other(value.type.description)
    }
}
