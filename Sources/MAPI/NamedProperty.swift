/// The name of a property that has no fixed id — property name, [MS-OXCDATA] 2.6; in a PST [MS-PST] 2.4.7.
public struct NamedProperty: Hashable, Sendable {
    public enum Name: Hashable, Sendable {
        /// A numeric name (PidLid…).
        case identifier(UInt32)
        /// A string name (PidName…); compared as written.
        case string(String)
    }

    public let set: GUID
    public let name: Name

    public init(set: GUID, identifier: UInt32) {
        self.set = set
        name = .identifier(identifier)
    }

    public init(set: GUID, string: String) {
        self.set = set
        name = .string(string)
    }
}

/// The property sets of [MS-OXPROPS] 1.3.2 that mail needs.
extension GUID {
    public static let psMAPI = GUID(0x0002_0328, 0, 0, tail: 0xC000_0000_0000_0046)
    public static let psPublicStrings = GUID(0x0002_0329, 0, 0, tail: 0xC000_0000_0000_0046)
    public static let psInternetHeaders = GUID(0x0002_0386, 0, 0, tail: 0xC000_0000_0000_0046)
    public static let psetidAppointment = GUID(0x0006_2002, 0, 0, tail: 0xC000_0000_0000_0046)
    public static let psetidTask = GUID(0x0006_2003, 0, 0, tail: 0xC000_0000_0000_0046)
    public static let psetidAddress = GUID(0x0006_2004, 0, 0, tail: 0xC000_0000_0000_0046)
    public static let psetidCommon = GUID(0x0006_2008, 0, 0, tail: 0xC000_0000_0000_0046)
    public static let psetidMeeting = GUID(0x6ED8_DA90, 0x450B, 0x101B, tail: 0x98DA_00AA_003F_1305)
    public static let psetidLog = GUID(0x0006_200A, 0, 0, tail: 0xC000_0000_0000_0046)
    /// Our own set: everything mailbackup itself has to remember about an item.
    public static let psetidMailBackup = GUID(0x5D1F_7C4E, 0x2A63, 0x4B8D, tail: 0x9E07_63C1_D2A4_B05F)
}
