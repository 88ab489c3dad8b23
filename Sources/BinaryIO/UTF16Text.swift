/// UTF-16LE as files hold it, RFC 2781.
extension String {
    /// The text of UTF-16LE code units; a unit without its other half becomes U+FFFD, an odd byte at the end is left
    /// out. Made for texts that are ASCII for the most part.
    public init(utf16LittleEndian bytes: UnsafeRawBufferPointer) {
        let units = UTF16LittleEndian(bytes)
        let size = units.utf8Count
        self.init(unsafeUninitializedCapacity: size) { target in
            units.transcode(
                into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[..<size]))
            return size
        }
    }
}

/// Code units that are taken four at a time where they are ASCII.
private struct UTF16LittleEndian {
    private let bytes: UnsafeRawBufferPointer
    private let count: Int

    /// The bits that no ASCII character has, of four units.
    private static let beyondASCII: UInt64 = 0xFF80_FF80_FF80_FF80

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        count = bytes.count / 2
    }

    private func unit(_ index: Int) -> UInt32 {
        UInt32(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
    }

    private func fourUnits(_ index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt64.self))
    }

    /// The character that begins at `index`, and how many units it takes.
    private func scalar(_ index: Int) -> (value: UInt32, units: Int) {
        let first = unit(index)
        guard first & 0xF800 == 0xD800 else { return (first, 1) }
        guard first < 0xDC00, index + 1 < count else { return (0xFFFD, 1) }
        let second = unit(index + 1)
        guard second & 0xFC00 == 0xDC00 else { return (0xFFFD, 1) }
        return (0x1_0000 + ((first & 0x3FF) << 10 | second & 0x3FF), 2)
    }

    /// Bytes of the text in UTF-8.
    var utf8Count: Int {
        var size = 0
        var index = 0
        while index < count {
            if index + 4 <= count, fourUnits(index) & Self.beyondASCII == 0 {
                size += 4
                index += 4
                continue
            }
            let (value, units) = scalar(index)
            size += value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x1_0000 ? 3 : 4
            index += units
        }
        return size
    }

    /// - Parameter target: of ``utf8Count`` bytes.
    func transcode(into target: UnsafeMutableRawBufferPointer) {
        var index = 0
        var end = 0
        func put(_ byte: UInt32) {
            target[end] = UInt8(truncatingIfNeeded: byte)
            end += 1
        }
        while index < count {
            if index + 4 <= count {
                let four = fourUnits(index)
                if four & Self.beyondASCII == 0 {
                    let pairs = (four | four >> 8) & 0x0000_FFFF_0000_FFFF
                    let packed = UInt32(truncatingIfNeeded: pairs | pairs >> 16)
                    target.storeBytes(of: packed.littleEndian, toByteOffset: end, as: UInt32.self)
                    end += 4
                    index += 4
                    continue
                }
            }
            let (value, units) = scalar(index)
            index += units
            switch value {
            case ..<0x80: put(value)
            case ..<0x800:
                put(0xC0 | value >> 6)
                put(0x80 | value & 0x3F)
            case ..<0x1_0000:
                put(0xE0 | value >> 12)
                put(0x80 | value >> 6 & 0x3F)
                put(0x80 | value & 0x3F)
            default:
                put(0xF0 | value >> 18)
                put(0x80 | value >> 12 & 0x3F)
                put(0x80 | value >> 6 & 0x3F)
                put(0x80 | value & 0x3F)
            }
        }
    }
}
