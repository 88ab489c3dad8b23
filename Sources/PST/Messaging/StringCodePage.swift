import MAPI

/// The code page of an object's 8-bit strings (PtypString8).
enum StringCodePage {
    /// Properties that say something about it, the best first.
    static let sources = [PropertyTag.messageCodepage, .messageLocaleId, .internetCodepage]

    /// PidTagMessageCodepage, or the code page that Windows has for PidTagMessageLocaleId, or PidTagInternetCodepage
    /// unless that is a form of Unicode, in which 8-bit strings never are.
    static func number(_ value: (PropertyTag) -> Int32?) -> Int32? {
        if let number = value(.messageCodepage), number != 0 { return number }
        if let locale = value(.messageLocaleId), locale != 0 { return ofLocale(locale) }
        guard let number = value(.internetCodepage), number > 0, number < 65000, number / 2 != 600 else { return nil }
        return number
    }

    /// ANSI code page of a Windows locale, [MS-LCID] 2.2: by the primary language in its low ten bits.
    static func ofLocale(_ locale: Int32) -> Int32 {
        switch locale & 0x3FF {
        case 0x04: [0x0404, 0x0C04, 0x1404].contains(locale & 0xFFFF) ? 950 : 936
        case 0x11: 932
        case 0x12: 949
        case 0x1E: 874
        // Serbian in Cyrillic letters shares its number with Croatian.
        case 0x1A: [0x0C1A, 0x1C1A, 0x201A].contains(locale & 0xFFFF) ? 1251 : 1250
        case 0x05, 0x0E, 0x15, 0x18, 0x1B, 0x1C, 0x24: 1250
        case 0x02, 0x19, 0x22, 0x23, 0x2F, 0x3F: 1251
        case 0x08: 1253
        case 0x1F: 1254
        case 0x0D: 1255
        case 0x01, 0x20, 0x29: 1256
        case 0x25, 0x26, 0x27: 1257
        case 0x2A: 1258
        default: 1252
        }
    }
}
