internal import MAPI

/// Properties of a TNEF stream that must not get into another store — [MS-OXCMAIL] 2.2.3.6, [MS-OXTNEF] 2.1.1.
enum TNEFDiscardedProperties {
    /// - Parameter isEmbedded: an embedded message has no MIME header that would say its originator and times.
    static func contains(_ id: UInt16, isEmbedded: Bool) -> Bool {
        switch id {
        // What the sender's store computed or keeps for itself.
        case 0x6600...0x67FF, 0x65E0...0x65E3, 0x0F00...0x0FFF: true
        // Store identity: PidTagStoreSupportMask and its neighbours.
        case 0x340D...0x3414: true
        // State in the sender's mailbox: flags, size, parent, submission, status, attachments, accounts.
        case 0x0E05, 0x0E07...0x0E0A, 0x0E0F...0x0E14, 0x0E17, 0x0E1B, 0x0E20, 0x0E21, 0x0E23, 0x0E28, 0x0E29: true
        // Of Exchange: conversation id (a column of the contents table), URL names, security.
        case 0x0E2F, 0x0E4B, 0x0E4C, 0x0E58, 0x0E59, 0x10F0...0x10F6, 0x3013: true
        // Composed by the store from the recipient table and the subject.
        case 0x0E02...0x0E04, 0x0E1D, 0x003D: true
        // RTF synchronisation of the sender's store; PidTagRtfInSync is set anew.
        case 0x1006...0x1008, 0x1010, 0x1011: true
        // PidTagTnefCorrelationKey, PidTagMessageSubmissionId, entry ids of creator and last modifier.
        case 0x007F, 0x0047, 0x3FF9, 0x3FFB: true
        // Pictures of icons, which Outlook makes itself.
        case 0x3709: true
        default: !isEmbedded && isEnvelope(id)
        }
    }

    /// Envelope and identification, which come from the MIME header.
    private static func isEnvelope(_ id: UInt16) -> Bool {
        switch id {
        // Transport headers, submit and delivery time, creation and modification, search key.
        case 0x007D, 0x0039, 0x0E06, 0x3007, 0x3008, 0x300B: true
        // Sender, sent representing, received by, received representing, read receipt, in all their forms.
        case 0x0C19...0x0C1A, 0x0C1D...0x0C1F, 0x003B, 0x003F...0x0044, 0x0046, 0x0051...0x0053: true
        case 0x0057...0x0059, 0x0064, 0x0065, 0x0075...0x0078, 0x4019...0x4040, 0x5D01...0x5D0B: true
        // Reply-To.
        case 0x004F, 0x0050: true
        // Message-ID, References, In-Reply-To.
        case 0x1035, 0x1039, 0x1042: true
        default: false
        }
    }
}
