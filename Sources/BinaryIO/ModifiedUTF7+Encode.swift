extension ModifiedUTF7 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    /// The name in ASCII. What `isPlain` refuses is encoded although it is printable, as Courier does with dots.
    public static func encode(_ name: String, isPlain: (Unicode.Scalar) -> Bool = { _ in true }) -> [UInt8] {
        var bytes: [UInt8] = []
        var shifted: [UInt16] = []
        for scalar in name.unicodeScalars {
            guard (0x20..<0x7F).contains(scalar.value), isPlain(scalar) else {
                shifted += UTF16.encode(scalar).map(Array.init) ?? []
                continue
            }
            addShift(&shifted, to: &bytes)
            bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            if scalar == "&" { bytes.append(UInt8(ascii: "-")) }
        }
        addShift(&shifted, to: &bytes)
        return bytes
    }

    private static func addShift(_ units: inout [UInt16], to bytes: inout [UInt8]) {
        guard !units.isEmpty else { return }
        bytes.append(UInt8(ascii: "&"))
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for unit in units {
            bits = (bits << 16 | UInt32(unit)) & 0x3F_FFFF
            count += 16
            while count >= 6 {
                count -= 6
                bytes.append(alphabet[Int(bits >> count & 0x3F)])
            }
        }
        if count > 0 { bytes.append(alphabet[Int(bits << (6 - count) & 0x3F)]) }
        bytes.append(UInt8(ascii: "-"))
        units = []
    }
}
