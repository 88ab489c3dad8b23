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
        let stamps = header.all(.received)
        let date = header.date(.date) ?? stamps.reversed().lazy.compactMap { InternetDate(received: $0) }.first
        submit = date.map { FileTime(unixSeconds: $0.unixSeconds) }
        let newest = stamps.lazy.compactMap { InternetDate(received: $0) }.first
        let stated = newest.map { FileTime(unixSeconds: $0.unixSeconds) } ?? submit
        switch placement {
        case .stored(let row, _):
            let stored = row.deliveryTime.map { FileTime(unixSeconds: $0.unixSeconds) }
            delivery = stored ?? stated ?? FileTime(unixSeconds: 0)
        case .embedded(let outer):
            delivery = stated ?? outer
        }
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
