import BinaryIO
import Glibc
import MAPI
import MailStore

/// A message in a folder's `tmp` and the name it is to have in `cur`.
struct PendingDelivery {
    /// Path, without a final slash.
    let folder: [UInt8]
    let name: [UInt8]
    let info: [UInt8]

    private var temporaryPath: [UInt8] { folder + Array("/tmp/".utf8) + name }
    private var path: [UInt8] { folder + Array("/cur/".utf8) + name + info }

    /// Writes the message to `tmp`, with its delivery time as modification time.
    func write(_ content: DeliveryContent, time: FileTime?) throws(StoreError) {
        let temporary = temporaryPath
        if case .staged(let file) = content {
            try file.move(to: temporary)
            if let time {
                let times = Self.times(time)
                _ = DestinationFile.call(temporary) { utimensat(AT_FDCWD, $0, times, 0) }
            }
            return
        }
        let descriptor = try DestinationFile.create(temporary)
        defer { close(descriptor) }
        do throws(StoreError) {
            switch content {
            case .bytes(let bytes):
                try DestinationFile.write(bytes, to: descriptor, temporary)
            case .mapped(let file):
                try file.withUnsafeBytes { bytes throws(StoreError) in
                    try DestinationFile.write(bytes, to: descriptor, temporary)
                }
            case .staged: break
            }
        } catch {
            DestinationFile.remove(temporary)
            throw error
        }
        if let time { futimens(descriptor, Self.times(time)) }
    }

    private static func times(_ time: FileTime) -> [timespec] {
        let moment = timespec(tv_sec: Int(time.unixSeconds), tv_nsec: Int(time.rawValue % 10_000_000) * 100)
        return [moment, moment]
    }

    func deliver() throws(StoreError) {
        let code = DestinationFile.rename(temporaryPath, to: path)
        guard code == 0 else { throw DestinationFile.error(code, path, "cannot deliver") }
    }

    func discard() { DestinationFile.remove(temporaryPath) }
}

/// Messages written and not yet delivered, in order.
struct PendingDeliveries {
    private var deliveries: [PendingDelivery] = []
    var count: Int { deliveries.count }

    mutating func add(_ delivery: PendingDelivery) { deliveries.append(delivery) }

    /// Delivers in order; what is delivered before one fails is no longer pending.
    mutating func deliver() throws(StoreError) {
        var done = 0
        defer { deliveries.removeFirst(done) }
        for delivery in deliveries {
            try delivery.deliver()
            done += 1
        }
    }

    mutating func discard() {
        for delivery in deliveries { delivery.discard() }
        deliveries = []
    }
}
