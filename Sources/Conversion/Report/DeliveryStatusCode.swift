/// An enhanced status code, `5.1.1` — RFC 3463.
public struct DeliveryStatusCode: Hashable, Sendable, CustomStringConvertible {
    public let statusClass: Int32
    public let subject: Int32
    public let detail: Int32

    /// From the start of a `Status` field; a comment may follow.
    init?(_ value: String) {
        let digits = value.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let first = Int32(parts[0]), let second = Int32(parts[1]), let third = Int32(parts[2]),
            [2, 4, 5].contains(first), (0...999).contains(second), (0...999).contains(third)
        else { return nil }
        statusClass = first
        subject = second
        detail = third
    }

    public var description: String { "\(statusClass).\(subject).\(detail)" }

    /// PidTagNonDeliveryReportStatusCode: three decimal digits; numbers above nine have no place in it.
    var number: Int32 {
        statusClass * 100 + (subject > 9 ? 0 : subject) * 10 + (detail > 9 ? 0 : detail)
    }

    /// PidTagNonDeliveryReportDiagCode and -ReasonCode — [MS-OXCMAIL] 2.2.3.7.1.3; −1 is "no diagnosis".
    var diagnosis: (code: Int32, reason: Int32) {
        switch (subject, detail) {
        case (1, 1): (35, 1)
        case (1, 2): (48, 0)
        case (1, 3): (32, 0)
        case (1, 4): (1, 0)
        case (1, 6): (40, 0)
        case (1, _): (0, 0)
        case (2, 2), (2, 3): (13, 0)
        case (2, 4): (30, 0)
        case (2, _): (38, 0)
        case (3, 2): (-1, 0)
        case (3, 3), (3, 5): (18, 0)
        case (3, 4): (13, 0)
        case (3, _): (38, 0)
        case (4, 0), (4, 4): (-1, 0)
        case (4, 3): (-1, 6)
        case (4, 6), (4, 8): (3, 0)
        case (4, 7): (5, 0)
        case (4, _): (2, 0)
        case (5, 3): (16, 0)
        case (5, 4): (11, 0)
        case (5, _): (17, 0)
        case (6, 2): (9, 0)
        case (6, 3): (8, 0)
        case (6, 4): (25, 0)
        case (6, 5): (-1, 2)
        case (6, _): (15, 0)
        case (7, 1): (29, 0)
        case (7, 2): (28, 0)
        case (7, 3): (26, 0)
        case (7, _): (46, 0)
        default: (-1, 0)
        }
    }
}
