/// Parameters of Content-Type and Content-Disposition as they are written — RFC 2045 5.1, RFC 2231 3, 4.
///
/// GMime writes one form of a parameter and folds by itself; here a long or foreign value is always UTF-8 in pieces
/// that fit a line.
enum ParameterText {
    /// A value of more characters is divided.
    private static let longestPlain = 60
    private static let longestPiece = 50

    /// `name=value`, or the pieces `name*0*=…`, `name*1*=…`.
    static func written(_ name: String, _ value: String) -> [String] {
        let isASCII = value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        if isASCII, value.utf8.count <= longestPlain, !value.contains("=?") {
            return ["\(name)=" + (isToken(value) ? value : quoted(value))]
        }
        var pieces: [String] = []
        var piece = "utf-8''"
        for scalar in value.unicodeScalars {
            let encoded = encoded(scalar)
            if piece.utf8.count + encoded.utf8.count > longestPiece {
                pieces.append(piece)
                piece = ""
            }
            piece += encoded
        }
        pieces.append(piece)
        if pieces.count == 1 { return ["\(name)*=\(piece)"] }
        return pieces.enumerated().map { "\(name)*\($0.offset)*=\($0.element)" }
    }

    private static func isToken(_ value: String) -> Bool {
        !value.isEmpty
            && value.utf8.allSatisfy {
                switch $0 {
                case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
                default: false
                }
            }
    }

    static func quoted(_ value: String) -> String {
        var result = "\""
        for character in value.unicodeScalars {
            if character == "\"" || character == "\\" { result += "\\" }
            result.unicodeScalars.append(character)
        }
        return result + "\""
    }

    private static func encoded(_ scalar: Unicode.Scalar) -> String {
        var result: [UInt8] = []
        for byte in String(scalar).utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F:
                result.append(byte)
            default:
                result.append(contentsOf: [ASCII.percent, byte.upperHexadecimal.high, byte.upperHexadecimal.low])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
