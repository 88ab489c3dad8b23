import BinaryIO

/// Bounded read access to a file: pieces of some 250 KB, of which the most recently used stay in memory. In files with
/// 512-byte pages a piece is what one AMap describes, so that no sound page or block crosses an edge.
final class FileWindows {
    let size: UInt64
    /// The first failure of the storage; what could not be read is missing from then on.
    private(set) var failure: StorageError?

    private struct Window {
        var number = -1
        var count = 0
        var lastUse: UInt64 = 0
    }

    private let storage: any Storage
    private let memory: UnsafeMutableRawPointer
    private var windows: [Window] = []
    private var slots: [Int: Int] = [:]
    private var clock: UInt64 = 0
    private var current = 0
    private var scratch: UnsafeMutableRawBufferPointer

    private static let windowSize = Int(FileLayout.section)
    private static let scratchSize = 1 << 17

    init(storage: any Storage, size: UInt64) {
        self.storage = storage
        self.size = size
        memory = .allocate(byteCount: Self.windowSize * VerificationLimits.windows, alignment: 4096)
        scratch = .allocate(byteCount: Self.scratchSize, alignment: 16)
    }

    deinit {
        memory.deallocate()
        scratch.deallocate()
    }

    private static func number(_ offset: UInt64) -> Int {
        offset < FileLayout.firstMap ? 0 : 1 + Int((offset - FileLayout.firstMap) / FileLayout.section)
    }

    private static func start(_ number: Int) -> UInt64 {
        number == 0 ? 0 : FileLayout.firstMap + UInt64(number - 1) * FileLayout.section
    }

    /// The bytes at an offset, valid until the next call; nil where they do not lie in the file, or it cannot be read.
    func bytes(at offset: UInt64, count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, count <= Self.scratchSize, offset <= size, UInt64(count) <= size - offset else { return nil }
        let number = Self.number(offset)
        guard let window = window(number) else { return nil }
        let start = Int(offset - Self.start(number))
        if count <= window.count - start {
            return UnsafeRawBufferPointer(rebasing: window[start..<start + count])
        }
        return joined(at: offset, count: count)
    }

    private func joined(at offset: UInt64, count: Int) -> UnsafeRawBufferPointer? {
        var done = 0
        while done < count {
            let place = offset + UInt64(done)
            let number = Self.number(place)
            guard let window = window(number) else { return nil }
            let start = Int(place - Self.start(number))
            let piece = min(count - done, window.count - start)
            guard piece > 0 else { return nil }
            UnsafeMutableRawBufferPointer(rebasing: scratch[done..<done + piece])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: window[start..<start + piece]))
            done += piece
        }
        return UnsafeRawBufferPointer(rebasing: scratch[..<count])
    }

    private func window(_ number: Int) -> UnsafeRawBufferPointer? {
        clock += 1
        if current < windows.count, windows[current].number == number {
            return content(current)
        }
        if let slot = slots[number] {
            current = slot
            windows[slot].lastUse = clock
            return content(slot)
        }
        return load(number)
    }

    private func content(_ slot: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory + slot * Self.windowSize, count: windows[slot].count)
    }

    private func load(_ number: Int) -> UnsafeRawBufferPointer? {
        let start = Self.start(number)
        let end = min(Self.start(number + 1), size)
        guard failure == nil, start < end else { return nil }
        let slot: Int
        if windows.count < VerificationLimits.windows {
            slot = windows.count
            windows.append(Window())
        } else {
            slot = windows.indices.min { windows[$0].lastUse < windows[$1].lastUse } ?? 0
            slots[windows[slot].number] = nil
        }
        windows[slot] = Window(number: -1, count: Int(end - start), lastUse: clock)
        let target = UnsafeMutableRawBufferPointer(start: memory + slot * Self.windowSize, count: Int(end - start))
        do {
            try storage.read(into: target, at: start)
        } catch {
            failure = error
            return nil
        }
        windows[slot].number = number
        slots[number] = slot
        current = slot
        return content(slot)
    }
}
