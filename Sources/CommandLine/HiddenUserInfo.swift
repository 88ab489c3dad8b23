extension String {
    /// Without the names and passwords that somebody typed into URLs: what is told of a wrong command line ends in logs.
    var hidingUserInfo: String {
        var result = ""
        var rest = self[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let authority = rest.prefix { !$0.isWhitespace && $0 != "/" && $0 != "'" }
            if let at = authority.lastIndex(of: "@") {
                result += "…"
                rest = rest[at...]
            } else if let at = rest.prefix(while: { $0 != "'" && !$0.isNewline }).lastIndex(of: "@") {
                // A password with a blank or a slash in it.
                result += "…"
                rest = rest[at...]
            }
        }
        return result + rest
    }
}
