internal import MAPI

extension PropertyTag {
    /// PidTagReportDisposition, PidTagReportDispositionMode — [MS-OXCMAIL] 2.2.3.7.2.
    static let reportDisposition = PropertyTag(rawValue: 0x0080_001F)
    static let reportDispositionMode = PropertyTag(rawValue: 0x0081_001F)
    /// PidTagOriginalMessageId, which shares its id with PidTagInternetReturnPath.
    static let originalMessageId = PropertyTag(rawValue: 0x1046_001F)
}
