/// The control words that matter for the text of RTF — Rich Text Format 1.9.1 and [MS-OXRTFEX] 2.1.3.
enum RTFWord {
    case rtf, ansiCodePage, mac, pc, pca, defaultFont
    case font, plain, fontCharset, fontCodePage
    case unicode, unicodeSkip
    case fromHTML, fromText, htmlTag, htmlRTF
    case fontTable
    /// A destination whose text is not part of the body.
    case skippedDestination
    case hidden
    case paragraph, tab, cell
    /// A control word that stands for one character: its scalar, and how HTML names it.
    case character(Unicode.Scalar, StaticString)

    static let binaryKey = RTFTokenizer.key(of: "bin".utf8)

    static func word(of key: UInt64) -> RTFWord? {
        words[key]
    }

    private static let words: [UInt64: RTFWord] = {
        let names: [(String, RTFWord)] = [
            ("rtf", .rtf), ("ansicpg", .ansiCodePage), ("mac", .mac), ("pc", .pc), ("pca", .pca),
            ("deff", .defaultFont),
            ("f", .font), ("plain", .plain), ("fcharset", .fontCharset), ("cpg", .fontCodePage), ("u", .unicode),
            ("uc", .unicodeSkip), ("fromhtml", .fromHTML), ("fromtext", .fromText), ("htmltag", .htmlTag),
            ("htmlrtf", .htmlRTF), ("fonttbl", .fontTable), ("v", .hidden), ("par", .paragraph), ("line", .paragraph),
            ("sect", .paragraph), ("page", .paragraph), ("row", .paragraph), ("nestrow", .paragraph), ("tab", .tab),
            ("cell", .cell), ("nestcell", .cell),
            ("lquote", .character("\u{2018}", "&lsquo;")), ("rquote", .character("\u{2019}", "&rsquo;")),
            ("ldblquote", .character("\u{201C}", "&ldquo;")), ("rdblquote", .character("\u{201D}", "&rdquo;")),
            ("bullet", .character("\u{2022}", "&bull;")), ("endash", .character("\u{2013}", "&ndash;")),
            ("emdash", .character("\u{2014}", "&mdash;")), ("enspace", .character("\u{2002}", "&ensp;")),
            ("emspace", .character("\u{2003}", "&emsp;")), ("qmspace", .character("\u{2005}", "&#8197;")),
            ("zwj", .character("\u{200D}", "&zwj;")), ("zwnj", .character("\u{200C}", "&zwnj;")),
        ]
        let skipped = """
            colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc \
            aftnsep aftnsepc listtable rsidtbl filetbl revtbl nonshppict xe tc txe rxe objdata template
            """
        var result = Dictionary(
            names.map { (RTFTokenizer.key(of: $0.0.utf8), $0.1) }, uniquingKeysWith: { first, _ in first })
        for name in skipped.split(separator: " ") { result[RTFTokenizer.key(of: name.utf8)] = .skippedDestination }
        return result
    }()

    /// The Windows code page of a `\fcharset`; nil for the default one.
    static func codePage(ofCharset charset: Int) -> Int32? {
        switch charset {
        case 0, 2: 1252
        case 77: 10000
        case 78: 10001
        case 79: 10003
        case 80: 10008
        case 81: 10002
        case 83: 10005
        case 84: 10004
        case 85: 10006
        case 86: 10081
        case 87: 10021
        case 88: 10029
        case 89: 10007
        case 128: 932
        case 129: 949
        case 130: 1361
        case 134: 936
        case 136: 950
        case 161: 1253
        case 162: 1254
        case 163: 1258
        case 177: 1255
        case 178: 1256
        case 186: 1257
        case 204: 1251
        case 222: 874
        case 238: 1250
        case 254: 437
        case 255: 850
        default: nil
        }
    }
}
