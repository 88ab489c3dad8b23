/// "%u" in a command for the shell.
///
/// The name itself never becomes part of the command: it stands in the variable `MAILBACKUP_USER`, and what a variable holds is
/// not read as a command, whatever it is. Quotes are put so that it stays one word; where they are not understood, it may become several
/// words, and never a command.
public enum ShellUserName {
    static let variable = "MAILBACKUP_USER"
    private static let export = "; export \(variable); "

    static func command(_ command: String, for user: String) -> String {
        let value = user.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
        return "\(variable)='\(value)'\(export)\(reference(in: command))"
    }

    /// A command as somebody has written it, without what ``command(_:for:)`` puts before it.
    public static func written(_ command: String) -> Substring {
        guard command.hasPrefix(variable), let export = command.firstRange(of: export) else { return command[...] }
        return command[export.upperBound...]
    }

    /// The command with a reference to the variable in place of each "%u".
    static func reference(in command: String) -> String {
        var result = ""
        // Quotes, commands in commands, and brackets that are open, the innermost last.
        var open: [Character] = []
        var rest = command[...]
        while let character = rest.first {
            if rest.hasPrefix(UserName.mark) {
                rest = rest.dropFirst(UserName.mark.count)
                switch open.last {
                case "\"": result += "${\(variable)}"
                case "'": result += "'\"${\(variable)}\"'"
                default: result += "\"${\(variable)}\""
                }
                continue
            }
            rest = rest.dropFirst()
            if character == "\\", open.last != "'", let escaped = rest.first {
                result += [character, escaped]
                rest = rest.dropFirst()
                continue
            }
            follow(character, after: result.last, &open)
            result.append(character)
        }
        return result
    }

    private static func follow(_ character: Character, after last: Character?, _ open: inout [Character]) {
        let innermost = open.last
        switch character {
        case "'" where innermost == "'", "\"" where innermost == "\"", "`" where innermost == "`": open.removeLast()
        case _ where innermost == "'": break
        case "'" where innermost != "\"", "\"", "`": open.append(character)
        case "(" where innermost != "\"" || last == "$": open.append(character)
        case ")" where innermost == "(": open.removeLast()
        default: break
        }
    }
}
