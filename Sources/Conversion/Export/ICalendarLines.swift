internal import MAPI
internal import MIME

/// An iCalendar object while it is written — RFC 5545 3.1: CRLF line ends, folded at 75 bytes.
struct ICalendarLines {
    private(set) var text = ""

    mutating func add(_ name: String, _ value: String) {
        var line: [Unicode.Scalar] = []
        var length = 0
        for scalar in "\(name):\(value)".unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7F {
            let width = UTF8.width(scalar)
            if length + width > 75 {
                append(line)
                line = [" "]
                length = 1
            }
            line.append(scalar)
            length += width
        }
        append(line)
    }

    /// TEXT, RFC 5545 3.3.11.
    mutating func add(_ name: String, text: String?) {
        guard let text, !text.isEmpty else { return }
        add(name, Self.escaped(text))
    }

    mutating func add(_ name: String, time: FileTime?) {
        if let value = time.flatMap(ICalendarTime.utc) { add(name, value) }
    }

    /// Whole lines.
    mutating func append(_ other: ICalendarLines) { text += other.text }

    private mutating func append(_ line: [Unicode.Scalar]) {
        text.unicodeScalars.append(contentsOf: line)
        text += "\r\n"
    }

    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",":
                result.append("\\")
                result.append(scalar)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": continue
            case "\t": result.append(" ")
            default: if scalar.value >= 0x20, scalar.value != 0x7F { result.append(scalar) }
            }
        }
        return String(result)
    }

    /// A parameter value, RFC 5545 3.1: in quotes, which have no way to hold a quote themselves.
    static func parameter(_ text: String) -> String {
        "\"" + text.singleLine.filter { $0 != "\"" } + "\""
    }
}

enum ICalendarTime {
    /// `20240131T120000Z`; nil for years that have not four digits.
    static func utc(_ time: FileTime) -> String? { local(time.unixSeconds).map { $0 + "Z" } }

    /// Without a zone.
    static func local(_ seconds: Int64) -> String? {
        let (days, second) = seconds.flooredDivision(by: 86_400)
        guard let date = day(days) else { return nil }
        return date + "T" + digits(second / 3600) + digits(second / 60 % 60) + digits(second % 60)
    }

    /// `20240131` of days since 1970.
    static func day(_ days: Int64) -> String? {
        guard let date = CivilDate(daysSinceEpoch: days) else { return nil }
        return "\(date.year)" + digits(Int64(date.month)) + digits(Int64(date.day))
    }

    private static func digits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
