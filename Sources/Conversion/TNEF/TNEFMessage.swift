public import MAPI

/// A `winmail.dat` unpacked — Transport Neutral Encapsulation Format, [MS-OXTNEF].
///
/// Our own decoder, not libytnef: that one gives up a stream on the first odd attribute, reads uninitialised
/// memory when a stream is damaged (2.0, under valgrind), mixes numeric names with property ids, and turns
/// UTF-16 into UTF-8 without telling the two kinds of string apart.
public struct TNEFMessage: Sendable {
    /// Properties without envelope and store identity (those come from the MIME header and the new store), no
    /// recipients, and the attachments; embedded messages complete with originator, times and recipients.
    public let message: MessageObject
    /// PidTagTnefCorrelationKey: equal to the `X-MS-TNEF-Correlator` header if the stream belongs to its message.
    public let correlationKey: [UInt8]?
    /// What could not be carried over, for people.
    public let problems: [String]

    /// - Parameter verifyingChecksums: off to get out what can be got of a stream with damaged content; its
    ///   structure is checked in any case.
    /// - Throws: ``TNEFError`` when anything in the stream cannot be read; nothing is left out silently.
    public init(bytes: [UInt8], verifyingChecksums: Bool = true) throws(TNEFError) {
        var decoder = TNEFDecoder(verifyingChecksums: verifyingChecksums)
        message = try bytes.withUnsafeBufferPointer { (buffer) throws(TNEFError) in
            try decoder.message(TNEFReader(UnsafeRawBufferPointer(buffer), base: 0), depth: 0)
        }
        correlationKey = decoder.correlationKey
        problems = decoder.problems
    }

    /// Whether bytes begin as TNEF, for parts that have only the name `winmail.dat`.
    public static func hasSignature(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 6 && bytes[0] == 0x78 && bytes[1] == 0x9F && bytes[2] == 0x3E && bytes[3] == 0x22
    }
}
