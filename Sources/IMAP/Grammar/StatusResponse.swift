/// resp-cond-state, resp-cond-auth, resp-cond-bye: how something went, with a code for programs and text for people —
/// RFC 9051 7.1.
public struct StatusResponse: Hashable, Sendable {
    public enum Condition: String, Hashable, Sendable {
        case ok = "OK"
        case no = "NO"
        case bad = "BAD"
        case preauthenticated = "PREAUTH"
        case bye = "BYE"
    }

    public let condition: Condition
    public let code: ResponseCode?
    /// One line, control characters replaced.
    public let text: String

    public init(_ condition: Condition, code: ResponseCode? = nil, text: String) {
        self.condition = condition
        self.code = code
        self.text = text
    }
}

extension FrameReader {
    /// The condition and its resp-text, to the end of the response; nil where another word stands here.
    mutating func statusResponse() throws(GrammarError) -> StatusResponse? {
        let start = self
        guard let name = try? word("resp-cond-state"), let condition = StatusResponse.Condition(rawValue: name) else {
            self = start
            return nil
        }
        // Text is obligatory, and sometimes missing.
        while take(" ") {}
        let code = responseCode()
        while take(" ") {}
        return StatusResponse(condition, code: code, text: ServerText.printable(rest().prefix(1_000)))
    }
}
