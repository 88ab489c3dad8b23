internal import MAPI
internal import MIME
internal import MailStore

/// When a message was sent and received, in whole seconds: a header has no fractions, and the way back is exact.
struct MessageTimes {
    /// `Date`, else the oldest `Received` stamp.
    let submit: FileTime?
    /// When the store received it, else the newest `Received` stamp, else `Date`.
    let delivery: FileTime

    init(header: HeaderView, placement: Placement) {
        let written = header.date(.date).flatMap { Self.plausible($0.unixSeconds) }
        let submit = written ?? header.all(.received).reversed().lazy.compactMap { Self.time(received: $0) }.first
        func stated() -> FileTime? {
            header.all(.received).lazy.compactMap { Self.time(received: $0) }.first ?? submit
        }
        self.submit = submit
        switch placement {
        case .stored(let row, _):
            let stored = row.deliveryTime.flatMap { Self.plausible($0.unixSeconds) }
            delivery = stored ?? stated() ?? FileTime(unixSeconds: 0)
        case .embedded(let outer):
            delivery = stated() ?? outer
        }
    }

    private static func time(received field: UnsafeRawBufferPointer) -> FileTime? {
        InternetDate(received: field).flatMap { plausible($0.unixSeconds) }
    }

    /// Years outside 1950 to 2120 are slips of a clock or a pen; the header keeps them, sorting must not.
    private static func plausible(_ unixSeconds: Int64) -> FileTime? {
        (-631_152_000..<4_733_510_400).contains(unixSeconds) ? FileTime(unixSeconds: unixSeconds) : nil
    }
}

/// [MS-OXCMAIL] 2.2.3.2.3, 2.2.3.2.4. Outlook's drafts have no submit time.
extension MessageImport {
    mutating func setTimes() {
        if direction != .draft {
            message.properties[.clientSubmitTime] = .time(times.submit ?? times.delivery)
        }
        message.properties[.messageDeliveryTime] = .time(times.delivery)
        message.properties[.creationTime] = .time(times.delivery)
        message.properties[.lastModificationTime] = .time(times.delivery)
    }
}
