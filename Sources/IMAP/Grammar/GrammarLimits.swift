/// The bounds of everything this module does with what a server sends.
public enum GrammarLimits {
    /// Bytes of one response without its literals. A list of a million UIDs needs seven million.
    public static let responseText = 16 << 20
    /// Literals of one response. A FETCH has one for each part asked for, a LIST one for each name.
    public static let literals = 64
    /// Bytes of a literal: number64 of RFC 9051, bounded to what a message may have.
    public static let literalSize = 64 << 30
    /// Bytes of a literal in a response other than FETCH, in which messages come.
    public static let literalSizeOutsideFetch = 1 << 20
    /// Bytes of the literals of one response held in memory; what is larger goes to an unlinked temporary file.
    public static let literalInMemory = 4 << 20
    /// Parentheses within parentheses.
    public static let depth = 64
    /// UIDs or ranges in one set, and elements of one list.
    public static let elements = 4_000_000
    /// Bytes of a name, a flag, an identifier.
    public static let atom = 8_192
    /// Bytes of what a server sent that are shown in an error.
    public static let excerpt = 60
}
