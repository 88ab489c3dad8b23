/// Whole groups of four base64 digits with nothing between them: nearly all of any attachment — RFC 4648 4.
enum Base64Groups {
    /// For each of the four places the bits that a byte stands for there; the top bit marks what is no digit.
    private static let places: [UInt32] = {
        var table = [UInt32](repeating: 1 << 31, count: 4 * 256)
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for (value, digit) in digits.enumerated() {
            for place in 0..<4 { table[place * 256 + Int(digit)] = UInt32(value) << UInt32(18 - 6 * place) }
        }
        return table
    }()

    /// Decodes groups until the first that has anything else in it, or until less than four bytes of room are left.
    static func decode(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> (read: Int, written: Int) {
        guard let from = source.baseAddress, let to = target.baseAddress else { return (0, 0) }
        var read = 0
        var written = 0
        // Three bytes are written with one store of four, so that a byte more of room is needed.
        let lastRead = source.count - 4
        let lastWritten = target.count - 4
        places.withUnsafeBufferPointer { places in
            guard let places = places.baseAddress else { return }
            while read <= lastRead, written <= lastWritten {
                let four = UInt32(littleEndian: from.loadUnaligned(fromByteOffset: read, as: UInt32.self))
                let bits =
                    places[Int(four & 0xFF)] | places[256 + Int(four >> 8 & 0xFF)]
                    | places[512 + Int(four >> 16 & 0xFF)] | places[768 + Int(four >> 24)]
                guard bits >> 31 == 0 else { return }
                to.storeBytes(of: (bits << 8).bigEndian, toByteOffset: written, as: UInt32.self)
                read += 4
                written += 3
            }
        }
        return (read, written)
    }
}
