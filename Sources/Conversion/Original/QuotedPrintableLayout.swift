/// How a text is written in quoted-printable — RFC 2045 6.7. Encoders differ in where they break lines and in what they
/// encode beyond the necessary. A text follows one rule for each byte, and each place where it does not is listed.
struct QuotedPrintableLayout: Equatable {
    /// Soft line breaks end with CRLF; otherwise with LF. Hard ones are bytes as all others.
    let hasReturns: Bool
    /// Digits above nine are lower-case letters, which the RFC does not allow.
    let isLowercase: Bool
    /// Bytes that are written the other way than ``isEncoded(_:)`` says, each once.
    var exceptions: [UInt8] = []
    /// Soft line breaks: how many bytes, before they are encoded, stand between each and the one before it or the start.
    var softBreaks = NumberList()
    /// Single bytes that are written the other way than others of their value, as a blank before a line end is: how
    /// many bytes stand between each and the one before it or the start.
    var deviations = NumberList()

    /// Whether encoders usually write `=` and two digits for the byte. Line ends stand for themselves.
    static func isEncoded(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x0A, 0x0D: false
        case 0x20...0x7E: byte == UInt8(ascii: "=")
        default: true
        }
    }

    /// Bytes of the lists in a container.
    var listLength: Int { exceptions.count + softBreaks.bytes.count + deviations.bytes.count }
}
