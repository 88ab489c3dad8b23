import BinaryIO
import MAPI

/// Message objects, [MS-PST] 2.4.5.
extension Rule {
    static let messageProperty = Rule(
        "message-property", .error, "[MS-PST] 2.4.5.1", "a message lacks a required property", .item)
    static let messageUsualProperty = Rule(
        "message-usual-property", any: nil, fresh: .error, "scanpst",
        "a message lacks a property that Outlook always writes", .item)
    static let messageOwnOfRow = Rule(
        "message-row-property", any: nil, fresh: .warning, "scanpst",
        "a message stores a property that belongs to its row or is computed", .none)
    static let messageClass = Rule(
        "message-class", .warning, "[MS-PST] 2.4.5", "the message class is empty or not one of IPM or REPORT", .none)
    static let messageAttachFlag = Rule(
        "message-attachment-flag", .error, "[MS-PST] 2.4.5.1",
        "mfHasAttach of PidTagMessageFlags disagrees with the attachments", .item)
    static let messageAssociatedFlag = Rule(
        "message-associated-flag", any: nil, fresh: .error, "scanpst",
        "mfFAI of PidTagMessageFlags disagrees with the kind of message", .item)
    static let messageSize = Rule(
        "message-size", any: nil, fresh: .error, "scanpst", "PidTagMessageSize is not the sum of the message's data",
        .item)
    static let messageSizeImplausible = Rule(
        "message-size-implausible", any: .warning, fresh: nil, "[MS-PST] 2.4.5.1",
        "PidTagMessageSize is less than half of the content", .none)
    static let messageDepth = Rule(
        "message-depth", .error, "[MS-PST] 2.4.5", "embedded messages are nested too deep", .item)
    static let messageTime = Rule(
        "message-time", .warning, "[MS-PST] 2.4.5", "a time is not a plausible date", .none)
    static let messageRTF = Rule(
        "message-rtf", .error, "[MS-PST] 2.5.3.1", "PidTagRtfCompressed is malformed", .item)
    static let messageDisplayList = Rule(
        "message-display-list", any: .warning, fresh: .error, "[MS-PST] 2.5.3.1",
        "a display list is not the names of the recipients", .item)
    static let messageLongName = Rule(
        "message-long-name", any: nil, fresh: .error, "scanpst", "a name has more than 255 characters", .item)
    static let messageEmptyText = Rule(
        "message-empty-text", any: nil, fresh: .warning, "scanpst", "an empty string is stored", .none)

    static let messages: [Rule] = [
        messageProperty, messageUsualProperty, messageOwnOfRow, messageClass, messageAttachFlag,
        messageAssociatedFlag, messageSize, messageSizeImplausible, messageDepth, messageTime, messageRTF,
        messageDisplayList, messageLongName, messageEmptyText,
    ]
}

extension StoreCheck {
    private static let required: [(id: UInt16, type: UInt16?)] = [
        (0x001A, nil), (0x0E07, 0x03), (0x0E08, 0x03), (0x3007, 0x40), (0x3008, 0x40),
    ]
    /// What belongs to the row, to the recipient or the store, or is computed.
    private static let never: [UInt16] = [
        0x003D, 0x0E17, 0x0E1B, 0x0E1D, 0x0E30, 0x0FFE, 0x3013, 0x6722, 0x67F2, 0x67F3,
    ]

    /// Judges a message and all it holds.
    func checkMessage(_ content: NodeContent, isAssociated: Bool, depth: Int) -> PropertyView? {
        guard depth <= VerificationLimits.messageDepth else {
            log.report(.messageDepth, content.place, found: "depth \(depth)")
            return nil
        }
        guard let message = PropertyView(content) else { return nil }
        for (id, type) in Self.required {
            let property = message[id]
            if property == nil || type != nil && property?.type != type {
                log.report(
                    .messageProperty, content.place, mildly: file.header.isOST && property == nil,
                    found: "no sound \(hexadecimal(id))")
            }
        }
        checkClass(message, isAssociated)
        SubjectRule.check(message, isAssociated: isAssociated)
        for id in [0x0039, 0x0E06, 0x3007, 0x3008] as [UInt16] { checkTime(message, id) }
        if message[0x1009] != nil { checkRTF(message) }
        let recipients = checkRecipients(of: message, isAssociated: isAssociated)
        checkDisplayLists(message, recipients, isAssociated: isAssociated)
        let attachments = checkAttachments(of: message, depth: depth)
        checkFlags(message, attachments, isAssociated: isAssociated)
        checkSize(message, attachments)
        if log.profile == .fresh { checkUsual(message) }
        message.finish()
        return message
    }

    private func checkClass(_ message: PropertyView, _ isAssociated: Bool) {
        guard let name = message.text(0x001A) else { return }
        let text = String(decoding: name, as: UTF16.self)
        let upper = text.uppercased()
        if !isAssociated, !upper.hasPrefix("IPM"), !upper.hasPrefix("REPORT") {
            log.report(.messageClass, message.place, found: "\"\(text)\"")
        }
    }

    private func checkTime(_ message: PropertyView, _ id: UInt16) {
        guard let property = message[id], property.type == ValueType.time,
            let time = message.withBytes(property, { $0.loadLittleEndian(UInt64.self, at: 0) }) ?? nil
        else { return }
        if time <= 0x0180_0000_0000_0000 || time >= 0x0250_0000_0000_0000 {
            log.report(.messageTime, message.place, found: "\(hexadecimal(id)) = \(hexadecimal(time))")
        }
    }

    private func checkRTF(_ message: PropertyView) {
        func broken(_ what: String, mildly: Bool = false) {
            log.report(.messageRTF, message.place, mildly: mildly, found: what)
        }
        guard message.has(0x1009, ValueType.binary), let bytes = message.bytes(0x1009), bytes.count >= 16 else {
            return broken("no header")
        }
        func number(_ offset: Int) -> UInt32 { bytes.loadLittleEndian(UInt32.self, at: offset) ?? 0 }
        let size = Int(number(0)) + 4
        switch number(8) {
        case 0x7546_5A4C:
            guard size >= 16, size <= bytes.count else { return broken("COMPSIZE \(size - 4) of \(bytes.count) bytes") }
            if size != bytes.count { broken("COMPSIZE \(size - 4) of \(bytes.count) bytes", mildly: true) }
            let checksum = bytes.withUnsafeBytes { pstChecksum(UnsafeRawBufferPointer(rebasing: $0[16..<size])) }
            if checksum != number(12) { broken("CRC \(hexadecimal(number(12))), not \(hexadecimal(checksum))") }
        case 0x414C_454D:
            if size != bytes.count || Int(number(4)) != bytes.count - 16 { broken("sizes \(size - 4), \(number(4))") }
        default: broken("COMPTYPE \(hexadecimal(number(8)))")
        }
    }

    private func checkDisplayLists(_ message: PropertyView, _ recipients: [RecipientSeen], isAssociated: Bool) {
        let isFresh = log.profile == .fresh
        guard isFresh || !recipients.isEmpty && !isAssociated else { return }
        for (id, type) in [(0x0E04, 1), (0x0E03, 2), (0x0E02, 3)] as [(UInt16, UInt32)] where isFresh || type < 3 {
            let shown = message.text(id)
            if !isFresh, shown == nil { continue }
            var names: [[UInt16]] = []
            for recipient in recipients where recipient.type & 15 == type && (isFresh || !recipient.name.isEmpty) {
                names.append(recipient.name)
            }
            let expected = Array(names.joined(separator: [0x3B, 0x20]))
            var found = shown ?? []
            if !isFresh { while found.last == 0 { found.removeLast() } }
            if found != expected || isFresh && shown?.isEmpty == true {
                log.report(
                    .messageDisplayList, message.place,
                    found: "\(hexadecimal(id)) \"\(String(decoding: found.prefix(60), as: UTF16.self))\"",
                    expected: "\"\(String(decoding: expected.prefix(60), as: UTF16.self))\"")
            }
        }
    }

    private func checkFlags(_ message: PropertyView, _ attachments: [AttachmentSeen], isAssociated: Bool) {
        let flags = message.integer(0x0E07) ?? 0
        if (flags & 0x10 != 0) == attachments.isEmpty, !isAssociated || log.profile == .fresh {
            let areHidden = !attachments.isEmpty && attachments.allSatisfy(\.isHidden)
            log.report(
                .messageAttachFlag, message.place, mildly: areHidden && log.profile == .any,
                found: "flags \(hexadecimal(flags))", expected: "\(attachments.count) attachments")
        }
        if (flags & 0x40 != 0) != isAssociated {
            log.report(.messageAssociatedFlag, message.place, found: "flags \(hexadecimal(flags))")
        }
    }

    private func checkSize(_ message: PropertyView, _ attachments: [AttachmentSeen]) {
        guard message.has(0x0E08, 0x03), let size = message.integer(0x0E08) else { return }
        if log.profile == .fresh {
            let actual = file.objectSize(data: message.content.data, subnodes: message.content.subnodes)
            if min(actual, Int(Int32.max)) != Int(size) {
                log.report(.messageSize, message.place, found: "\(size)", expected: "\(actual)")
            }
            return
        }
        var least = 0
        for property in message.properties where property.type == ValueType.string || property.type == ValueType.binary
        {
            least += property.size
        }
        for attachment in attachments { least += attachment.size }
        if Int32(bitPattern: size) <= 0 || Int(size) < least / 2 {
            log.report(.messageSizeImplausible, message.place, found: "\(size)", expected: "about \(least)")
        }
    }

    private func checkUsual(_ message: PropertyView) {
        for (id, type) in [
            (0x001A, 0x1F), (0x0E07, 0x03), (0x0E08, 0x03), (0x3007, 0x40), (0x3008, 0x40), (0x300B, 0x0102),
        ] as [(UInt16, UInt16)] where !message.has(id, type) {
            log.report(.messageUsualProperty, message.place, found: "no \(hexadecimal(id))")
        }
        if message[0x001A]?.size == 0 { log.report(.messageUsualProperty, message.place, found: "an empty class") }
        if let key = message[0x300B], key.size != 16 {
            log.report(.messageUsualProperty, message.place, found: "a search key of \(key.size) bytes", expected: "16")
        }
        for id in Self.never where message[id] != nil {
            log.report(.messageOwnOfRow, message.place, found: hexadecimal(id))
        }
        for id in [0x0C1A, 0x0042, 0x0040, 0x0044] as [UInt16] {
            if let property = message[id], property.type == ValueType.string, property.size > 510 {
                log.report(.messageLongName, message.place, found: "\(hexadecimal(id)) of \(property.size / 2) units")
            }
        }
        for property in message.properties where property.type == ValueType.string && property.size == 0 {
            if property.id < 0x0E02 || property.id > 0x0E04 {
                log.report(.messageEmptyText, message.place, found: hexadecimal(property.id))
            }
        }
    }
}
