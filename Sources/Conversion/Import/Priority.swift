internal import MAPI
internal import MIME

/// Importance, priority, sensitivity — [MS-OXCMAIL] 2.2.3.2.1, 2.2.3.2.2. Of several fields that contradict each
/// other `Importance` counts before `X-MSMail-Priority`, `X-Priority` and `Priority`.
extension MessageImport {
    mutating func setPriority() {
        let importance = Importance.of(header)
        message.properties[.importance] = .integer32(importance)
        message.properties[.priority] = .integer32(importance - 1)
        message.properties[.sensitivity] = .integer32(Sensitivity.value(header.literal(.sensitivity)))
    }
}

enum Importance {
    /// 0 low, 1 normal, 2 high.
    static func of(_ header: HeaderView) -> Int32 {
        if let value = header.literal(.importance).flatMap(word) { return value }
        if let value = header.literal(.mailPriority).flatMap(word) { return value }
        if let value = header.literal(.xPriority).flatMap(number) { return value }
        return header.literal(.priority).flatMap(word) ?? 1
    }

    static func word(_ text: String) -> Int32? {
        switch text.lowercased() {
        case "low", "non-urgent": 0
        case "normal": 1
        case "high", "urgent": 2
        default: nil
        }
    }

    static func number(_ text: String) -> Int32? {
        switch text.first {
        case "1", "2": 2
        case "3": 1
        case "4", "5": 0
        default: nil
        }
    }
}

enum Sensitivity {
    /// 0 none, 1 personal, 2 private, 3 company-confidential.
    static func value(_ text: String?) -> Int32 {
        switch text?.lowercased() {
        case "personal": 1
        case "private": 2
        case "company-confidential": 3
        default: 0
        }
    }
}
