/// The type half of a property tag — PtypXxx, [MS-OXCDATA] 2.11.1; storage in a PST: [MS-PST] 2.3.3.3.
public struct PropertyType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public static let null = PropertyType(rawValue: 0x0001)
    public static let integer16 = PropertyType(rawValue: 0x0002)
    public static let integer32 = PropertyType(rawValue: 0x0003)
    public static let floating32 = PropertyType(rawValue: 0x0004)
    public static let floating64 = PropertyType(rawValue: 0x0005)
    public static let currency = PropertyType(rawValue: 0x0006)
    public static let floatingTime = PropertyType(rawValue: 0x0007)
    public static let errorCode = PropertyType(rawValue: 0x000A)
    public static let boolean = PropertyType(rawValue: 0x000B)
    public static let object = PropertyType(rawValue: 0x000D)
    public static let integer64 = PropertyType(rawValue: 0x0014)
    public static let string8 = PropertyType(rawValue: 0x001E)
    public static let string = PropertyType(rawValue: 0x001F)
    public static let time = PropertyType(rawValue: 0x0040)
    public static let guid = PropertyType(rawValue: 0x0048)
    public static let binary = PropertyType(rawValue: 0x0102)

    /// The bit that makes a type multi-valued.
    public static let multiValueFlag: UInt16 = 0x1000

    public static let multipleInteger16 = PropertyType(rawValue: 0x1002)
    public static let multipleInteger32 = PropertyType(rawValue: 0x1003)
    public static let multipleInteger64 = PropertyType(rawValue: 0x1014)
    public static let multipleString8 = PropertyType(rawValue: 0x101E)
    public static let multipleString = PropertyType(rawValue: 0x101F)
    public static let multipleTime = PropertyType(rawValue: 0x1040)
    public static let multipleGUID = PropertyType(rawValue: 0x1048)
    public static let multipleBinary = PropertyType(rawValue: 0x1102)

    public var isMultiValued: Bool { rawValue & Self.multiValueFlag != 0 }
}
