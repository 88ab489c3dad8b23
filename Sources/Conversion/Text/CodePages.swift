/// Windows code page numbers and the charset names of internet mail — PidTagInternetCodepage,
/// [MS-OXCMSG] 2.2.1.56.6; numbers as in the Windows code page identifiers.
public enum CodePage {
    public static let utf8: Int32 = 65001
    public static let ascii: Int32 = 20127
    public static let windows1252: Int32 = 1252

    /// The code page of a charset label.
    /// - Parameter name: as in a `charset=` parameter; case, blanks around it and quotes do not matter.
    /// - Returns: nil for an unknown label and for charsets that have no code page (iso-8859-10, -14, -16):
    ///   their text has to be stored as UTF-8, 65001.
    public static func number(ofCharset name: String) -> Int32? {
        var key: [UInt8] = []
        key.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): key.append(byte + 32)
            case UInt8(ascii: "_"): key.append(UInt8(ascii: "-"))
            case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "\""), UInt8(ascii: "'"): continue
            default: key.append(byte)
            }
        }
        let label = String(decoding: key, as: UTF8.self)
        if let number = numbers[label] { return number }
        // `x-sjis`, `x-windows-1252` and the like: the prefix only says that the writer was unsure.
        guard label.hasPrefix("x-") else { return nil }
        return numbers[String(label.dropFirst(2))]
    }

    /// The preferred MIME name of a code page; nil where there is none.
    public static func charsetName(of number: Int32) -> String? {
        names[number]
    }

    /// One line a code page: number, preferred name, aliases. Lower case, `-` for `_`.
    private static let table = """
        20127 us-ascii ascii ansi-x3.4-1968 ansi-x3.4-1986 iso646-us iso-646.irv:1991 iso-ir-6 us ibm367 cp367 csascii
        65001 utf-8 utf8 unicode-1-1-utf-8 cp65001
        65000 utf-7 utf7 unicode-1-1-utf-7 csunicode11utf7
        1200 utf-16le utf-16 utf16 utf16le unicode ucs-2 iso-10646-ucs-2 csunicode
        1201 utf-16be utf16be unicodefffe
        12000 utf-32le utf-32 utf32 ucs-4
        12001 utf-32be utf32be
        28591 iso-8859-1 iso8859-1 iso88591 8859-1 latin1 latin-1 l1 iso-ir-100 ibm819 cp819 iso-8859-1:1987 csisolatin1
        28592 iso-8859-2 iso8859-2 iso88592 latin2 l2 iso-ir-101 iso-8859-2:1987 csisolatin2
        28593 iso-8859-3 iso8859-3 iso88593 latin3 l3 iso-ir-109 iso-8859-3:1988 csisolatin3
        28594 iso-8859-4 iso8859-4 iso88594 latin4 l4 iso-ir-110 iso-8859-4:1988 csisolatin4
        28595 iso-8859-5 iso8859-5 iso88595 cyrillic iso-ir-144 iso-8859-5:1988 csisolatincyrillic
        28596 iso-8859-6 iso8859-6 iso88596 arabic iso-ir-127 iso-8859-6-i iso-8859-6-e ecma-114 asmo-708 csisolatinarabic
        28597 iso-8859-7 iso8859-7 iso88597 greek greek8 iso-ir-126 ecma-118 elot-928 iso-8859-7:1987 csisolatingreek
        28598 iso-8859-8 iso8859-8 iso88598 hebrew iso-ir-138 iso-8859-8-e iso-8859-8:1988 visual csisolatinhebrew
        38598 iso-8859-8-i iso8859-8-i logical
        28599 iso-8859-9 iso8859-9 iso88599 latin5 l5 iso-ir-148 iso-8859-9:1989 csisolatin5
        28603 iso-8859-13 iso8859-13 iso885913 latin7 l7
        28605 iso-8859-15 iso8859-15 iso885915 latin9 latin-9 l9 csisolatin9
        50220 iso-2022-jp iso2022-jp
        50221 csiso2022jp
        51932 euc-jp eucjp extended-unix-code-packed-format-for-japanese cseucpkdfmtjapanese
        20932 euc-jp-2007
        932 shift-jis shiftjis sjis windows-31j windows-932 cp932 ms932 ms-kanji csshiftjis cswindows31j
        936 gb2312 gbk gb-2312 gb-2312-80 cp936 ms936 windows-936 euc-cn gb2312-80 csgb2312 chinese iso-ir-58 \
        csiso58gb231280
        54936 gb18030
        52936 hz-gb-2312 hz
        950 big5 big-5 cn-big5 csbig5 cp950 windows-950
        951 big5-hkscs big5hkscs
        949 ks-c-5601-1987 euc-kr euckr ks-c-5601 ks-c-5601-1989 ksc5601 ksc-5601 korean uhc cp949 ms949 windows-949 \
        iso-ir-149 cseuckr csksc56011987
        50225 iso-2022-kr csiso2022kr
        1361 johab cp1361
        20866 koi8-r koi8 koi cskoi8r cp20866
        21866 koi8-u koi8-ru cp21866
        1250 windows-1250 cp1250 win-1250
        1251 windows-1251 cp1251 win-1251 ansi-1251
        1252 windows-1252 cp1252 win-1252 ansi
        1253 windows-1253 cp1253 win-1253
        1254 windows-1254 cp1254 win-1254
        1255 windows-1255 cp1255 win-1255
        1256 windows-1256 cp1256 win-1256
        1257 windows-1257 cp1257 win-1257
        1258 windows-1258 cp1258 win-1258
        874 windows-874 tis-620 tis620 iso-8859-11 iso8859-11 cp874 dos-874
        437 ibm437 cp437 437 cspc8codepage437
        737 ibm737 cp737 737
        775 ibm775 cp775 775
        850 ibm850 cp850 850 cspc850multilingual
        852 ibm852 cp852 852 cspcp852
        855 ibm855 cp855 855
        857 ibm857 cp857 857
        858 ibm00858 cp858 cp00858 ccsid00858
        860 ibm860 cp860 860
        861 ibm861 cp861 861 cp-is
        862 ibm862 cp862 862 dos-862
        863 ibm863 cp863 863
        865 ibm865 cp865 865
        866 cp866 ibm866 866 csibm866
        869 ibm869 cp869 869 cp-gr
        10000 macintosh mac macroman mac-roman csmacintosh
        10007 x-mac-cyrillic mac-cyrillic
        10029 x-mac-ce mac-ce mac-centraleurope
        10006 x-mac-greek mac-greek
        10081 x-mac-turkish mac-turkish
        """

    private static let rows: [(number: Int32, labels: [Substring])] = table.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ")
        guard let first = words.first, let number = Int32(first) else { return nil }
        return (number, Array(words.dropFirst()))
    }

    private static let numbers: [String: Int32] = Dictionary(
        rows.flatMap { row in row.labels.map { (String($0), row.number) } },
        uniquingKeysWith: { first, _ in first })

    private static let names: [Int32: String] = Dictionary(
        rows.compactMap { row in row.labels.first.map { (row.number, displayForm(String($0))) } },
        uniquingKeysWith: { first, _ in first })

    /// The registered spelling where it is not simply the table's lower case with `-`.
    private static func displayForm(_ name: String) -> String {
        switch name {
        case "shift-jis": "shift_jis"
        case "ks-c-5601-1987": "ks_c_5601-1987"
        default: name
        }
    }
}
