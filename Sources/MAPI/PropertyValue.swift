/// The value of a property; the case fixes its type. Strings are Unicode: conversion to and from code
/// pages happens at the borders (MIME on one side, `string8` of old PSTs on the other).
public enum PropertyValue: Hashable, Sendable {
    case integer16(Int16)
    case integer32(Int32)
    case integer64(Int64)
    case floating32(Float)
    case floating64(Double)
    case currency(Int64)
    case floatingTime(Double)
    case errorCode(Int32)
    case boolean(Bool)
    case time(FileTime)
    case guid(GUID)
    case string(String)
    /// Bytes in a code page that the object or store names elsewhere; only read, never written.
    case string8([UInt8])
    case binary([UInt8])
    case multipleInteger16([Int16])
    case multipleInteger32([Int32])
    case multipleInteger64([Int64])
    case multipleString([String])
    case multipleString8([[UInt8]])
    case multipleTime([FileTime])
    case multipleGUID([GUID])
    case multipleBinary([[UInt8]])

    public var type: PropertyType {
        switch self {
        case .integer16: .integer16
        case .integer32: .integer32
        case .integer64: .integer64
        case .floating32: .floating32
        case .floating64: .floating64
        case .currency: .currency
        case .floatingTime: .floatingTime
        case .errorCode: .errorCode
        case .boolean: .boolean
        case .time: .time
        case .guid: .guid
        case .string: .string
        case .string8: .string8
        case .binary: .binary
        case .multipleInteger16: .multipleInteger16
        case .multipleInteger32: .multipleInteger32
        case .multipleInteger64: .multipleInteger64
        case .multipleString: .multipleString
        case .multipleString8: .multipleString8
        case .multipleTime: .multipleTime
        case .multipleGUID: .multipleGUID
        case .multipleBinary: .multipleBinary
        }
    }
}
