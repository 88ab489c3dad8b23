/// "%u" in a command for the shell.
///
/// The name itself never becomes part of the command: it stands in the variable `MAILBACKUP_USER`, and what a variable holds is
/// not read as a command, whatever it is. Quotes are put so that it stays one word.
enum ShellPlaceholder {
    static let variable = "MAILBACKUP_USER"

    static func command(_ command: String, for user: String) -> String {
        let value = user.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
        return "\(variable)='\(value)'; export \(variable); \(reference(in: command))"
    }

    /// The command with a reference to the variable in place of each "%u".
    static func reference(in command: String) -> String {
        var result = ""
        var quote: Character?
        var rest = command[...]
        while let character = rest.first {
            if rest.hasPrefix(UserName.placeholder) {
                rest = rest.dropFirst(UserName.placeholder.count)
                switch quote {
                case "\"": result += "${\(variable)}"
                case "'": result += "'\"${\(variable)}\"'"
                default: result += "\"${\(variable)}\""
                }
                continue
            }
            rest = rest.dropFirst()
            result.append(character)
            if character == "\\", quote != "'", let escaped = rest.first {
                result.append(escaped)
                rest = rest.dropFirst()
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            }
        }
        return result
    }
}
