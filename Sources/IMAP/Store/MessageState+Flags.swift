import MailStore

extension MessageState {
    /// RFC 9051 2.3.2. Keywords are a set to IMAP: they are sorted, so that equal sets are equal states.
    init(flags: [String]) {
        self.init()
        var keywords: Set<String> = []
        for flag in flags {
            switch flag.uppercased() {
            case "\\SEEN": seen = true
            case "\\ANSWERED": answered = true
            case "\\FLAGGED": flagged = true
            case "\\DRAFT": draft = true
            case "\\DELETED": deleted = true
            case "$FORWARDED", "FORWARDED": forwarded = true
            default: if !flag.hasPrefix("\\") { keywords.insert(flag) }
            }
        }
        self.keywords = keywords.sorted()
    }
}
