public import BinaryIO

/// A storage that remembers every write, resize and sync, and gives the images that a crash can leave on the disk.
///
/// What was synced is on the disk. Of what was written since, the disk may have everything, nothing, a part of the last
/// write, or any sectors of any of the writes: disks keep no order, and write whole sectors of 512 bytes.
///
///     let storage = CrashStorage()
///     …write, and after each commit:
///     storage.noteCheckpoint()
///     …
///     try storage.forEachImage(subsets: 3, seed: 1) { image in
///         let disk = MemoryStorage(bytes: image.bytes)
///         // must open as checkpoint image.checkpoints, or as the one after it
///     }
public final class CrashStorage: Storage {
    private enum Event {
        case write(offset: Int, bytes: [UInt8])
        case resize(Int)
        case sync
    }

    private let live: MemoryStorage
    private let initial: [UInt8]
    private var events: [Event] = []
    private var checkpoints: [Int] = []

    private static let sector = 512

    /// - Parameter bytes: what is durable at the start.
    public init(bytes: [UInt8] = []) {
        live = MemoryStorage(bytes: bytes)
        initial = bytes
    }

    public var path: String { live.path }
    /// What a program that still runs reads.
    public var bytes: [UInt8] { live.bytes }
    /// Writes, resizes and syncs so far.
    public var eventCount: Int { events.count }
    public var syncCount: Int { events.count { if case .sync = $0 { true } else { false } } }

    public func size() throws(StorageError) -> UInt64 { try live.size() }

    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        try live.read(into: buffer, at: offset)
    }

    public func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        events.append(.write(offset: Int(offset), bytes: Array(bytes)))
        try live.write(bytes, at: offset)
    }

    public func resize(to size: UInt64) throws(StorageError) {
        events.append(.resize(Int(size)))
        try live.resize(to: size)
    }

    public func sync() throws(StorageError) {
        events.append(.sync)
        try live.sync()
    }

    /// Says that what was written so far is a whole state that must not be lost any more.
    public func noteCheckpoint() { checkpoints.append(events.count) }

    /// What a crash left.
    public struct Image {
        public enum Loss: String, Sendable {
            /// All that was written is there.
            case nothing
            /// Nothing that was not synced.
            case unsynced
            /// The first sectors of the last write, and all before it.
            case endOfLastWrite
            /// The last sectors of the last write, and all before it.
            case startOfLastWrite
            /// Some sectors here and there.
            case someSectors
        }

        public let bytes: [UInt8]
        /// Calls before the crash.
        public let stop: Int
        public let loss: Loss
        /// Checkpoints that were noted before the crash.
        public let checkpoints: Int
    }

    /// Calls `body` with every image: for a stop before every call and at the end, what ``Image/Loss`` names; and `subsets`
    /// random ones with some sectors lost, which `seed` repeats. Images that are the same as the one before are left out.
    /// - Returns: how many there were.
    @discardableResult
    public func forEachImage(subsets: Int, seed: UInt64, _ body: (Image) throws -> Void) rethrows -> Int {
        var generator = SeededGenerator(seed: seed)
        var durable = initial
        var pending: [Event] = []
        var count = 0
        var last: [UInt8]?
        for stop in 0...events.count {
            if stop > 0 {
                if case .sync = events[stop - 1] {
                    for event in pending { Self.apply(event, to: &durable) }
                    pending = []
                } else {
                    pending.append(events[stop - 1])
                }
            }
            let noted = checkpoints.count { $0 <= stop }
            for (loss, kept) in Self.losses(of: pending, subsets: subsets, using: &generator) {
                var bytes = durable
                for event in kept { Self.apply(event, to: &bytes) }
                if bytes == last { continue }
                last = bytes
                count += 1
                try body(Image(bytes: bytes, stop: stop, loss: loss, checkpoints: noted))
            }
        }
        return count
    }

    private static func losses(
        of pending: [Event], subsets: Int, using generator: inout SeededGenerator
    ) -> [(Image.Loss, [Event])] {
        guard let last = pending.last else { return [(.nothing, [])] }
        var result: [(Image.Loss, [Event])] = [(.unsynced, []), (.nothing, pending)]
        let parts = sectors(of: last)
        if parts.count > 1 {
            let cut = Int.random(in: 1..<parts.count, using: &generator)
            result.append((.endOfLastWrite, pending.dropLast() + parts[..<cut]))
            result.append((.startOfLastWrite, pending.dropLast() + parts[cut...]))
        }
        let all = pending.flatMap(sectors)
        guard all.count > 1 else { return result }
        for _ in 0..<subsets {
            // From nearly nothing to nearly everything.
            let share = Double.random(in: 0.02...0.98, using: &generator)
            result.append((.someSectors, all.filter { _ in Double.random(in: 0..<1, using: &generator) < share }))
        }
        return result
    }

    private static func sectors(of event: Event) -> [Event] {
        guard case .write(let offset, let bytes) = event else { return [event] }
        var parts: [Event] = []
        var start = 0
        while start < bytes.count {
            let end = min((offset + start) / sector * sector + sector - offset, bytes.count)
            parts.append(.write(offset: offset + start, bytes: Array(bytes[start..<end])))
            start = end
        }
        return parts
    }

    private static func apply(_ event: Event, to image: inout [UInt8]) {
        switch event {
        case .write(let offset, let bytes):
            if image.count < offset + bytes.count { resize(&image, to: offset + bytes.count) }
            image.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        case .resize(let size): resize(&image, to: size)
        case .sync: break
        }
    }

    private static func resize(_ image: inout [UInt8], to size: Int) {
        if size < image.count {
            image.removeLast(image.count - size)
        } else {
            image.append(contentsOf: repeatElement(0, count: size - image.count))
        }
    }
}
