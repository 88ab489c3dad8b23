import Glibc

/// Line ends of text on its way into a MAPI property: CRLF.
enum LineEnds {
    /// Every LF that follows no CR becomes CRLF; NULs, at which a MAPI string would end, are left out. Lone CRs stay.
    static func crlf(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var result = completed(bytes)
        if contains(bytes, 0) { result.removeAll { $0 == 0 } }
        return result
    }

    static func crlf(_ text: String) -> String {
        var text = text
        let converted: [UInt8]? = text.withUTF8 { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            guard let base = raw.baseAddress, missingReturns(base, raw.count) > 0 || contains(raw, 0) else {
                return nil
            }
            return crlf(raw)
        }
        return converted.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// Every LF that follows no CR becomes CRLF; nothing else changes.
    static func completed(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return [] }
        let missing = missingReturns(base, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bytes.count + missing) { target, count in
            guard let output = target.baseAddress else { return }
            var position = 0
            while position < bytes.count {
                let found = memchr(base + position, 0x0A, bytes.count - position)
                let end = found.map { UnsafeRawPointer($0) - base } ?? bytes.count
                memcpy(output + count, base + position, end - position)
                count += end - position
                guard end < bytes.count else { break }
                if end == 0 || bytes[end - 1] != 0x0D {
                    output[count] = 0x0D
                    count += 1
                }
                output[count] = 0x0A
                count += 1
                position = end + 1
            }
        }
    }

    private static func missingReturns(_ base: UnsafeRawPointer, _ count: Int) -> Int {
        var missing = 0
        var position = 0
        while position < count, let found = memchr(base + position, 0x0A, count - position) {
            let end = UnsafeRawPointer(found) - base
            if end == 0 || base.load(fromByteOffset: end - 1, as: UInt8.self) != 0x0D { missing += 1 }
            position = end + 1
        }
        return missing
    }

    private static func contains(_ bytes: UnsafeRawBufferPointer, _ byte: Int32) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        return memchr(base, byte, bytes.count) != nil
    }
}
