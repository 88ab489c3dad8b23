import Foundation

/// Folder names as IMAP and Maildir++ write them — RFC 3501 5.1.3.
enum ModifiedUTF7 {
    static func encode(_ name: String) -> String {
        var result = ""
        var shifted: [UInt16] = []
        for scalar in name.unicodeScalars {
            if (0x20...0x7E).contains(scalar.value) {
                result += flush(&shifted)
                result += scalar == "&" ? "&-" : String(scalar)
            } else {
                shifted += Array(String(scalar).utf16)
            }
        }
        return result + flush(&shifted)
    }

    private static func flush(_ units: inout [UInt16]) -> String {
        guard !units.isEmpty else { return "" }
        let bytes = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        units.removeAll()
        let base64 = Data(bytes).base64EncodedString().replacing("/", with: ",").replacing("=", with: "")
        return "&\(base64)-"
    }
}
