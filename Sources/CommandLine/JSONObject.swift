/// One JSON object on one line, its members in the order they were set.
struct JSONObject {
    private(set) var text = "{"

    mutating func set(_ name: String, _ value: String) { add(name, Self.quoted(value)) }
    mutating func set(_ name: String, _ value: Int) { add(name, String(value)) }
    mutating func set(_ name: String, _ value: Bool) { add(name, String(value)) }
    mutating func set(_ name: String, _ values: [String]) {
        add(name, "[" + values.map(Self.quoted).joined(separator: ",") + "]")
    }

    var line: String { text + "}\n" }

    private mutating func add(_ name: String, _ value: String) {
        if text.utf8.count > 1 { text += "," }
        text += Self.quoted(name) + ":" + value
    }

    /// RFC 8259 7.
    static func quoted(_ value: String) -> String {
        let digits = Array("0123456789abcdef")
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                text += "\\u00\(digits[Int(scalar.value >> 4)])\(digits[Int(scalar.value & 15)])"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
