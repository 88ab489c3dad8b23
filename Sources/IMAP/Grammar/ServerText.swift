/// Text of a server as it can be shown to a person: one line, no control characters.
public enum ServerText {
    public static func printable(_ bytes: some Sequence<UInt8>) -> String {
        let text = String(decoding: Array(bytes), as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isShown($0) ? $0 : "?" }))
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}
