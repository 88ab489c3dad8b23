/// A number of bytes as options give it: "1500", "25k", "10M", "10MB", "2GiB". k, M, G and T count in thousands, with
/// "i" in 1024s; a fraction has a point ("1.5G").
struct ByteSize: Hashable {
    let bytes: Int

    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let factor = Self.factor(text.dropFirst(digits.count)) else { return nil }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int(parts[0]) else { return nil }
        var (bytes, overflow) = whole.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        if parts.count == 2 {
            guard factor > 1, (1...6).contains(parts[1].count), let fraction = Int(parts[1]) else { return nil }
            let scale = (0..<parts[1].count).reduce(1) { scale, _ in scale * 10 }
            // Less than a TiB times a million: within range.
            (bytes, overflow) = bytes.addingReportingOverflow(fraction * factor / scale)
            guard !overflow else { return nil }
        }
        self.bytes = bytes
    }

    private static func factor(_ unit: Substring) -> Int? {
        var unit = unit.lowercased()
        if unit.isEmpty || unit == "b" { return 1 }
        if unit.hasSuffix("b") { unit.removeLast() }
        let step = unit.hasSuffix("i") ? 1024 : 1000
        if step == 1024 { unit.removeLast() }
        guard let power = ["k", "m", "g", "t"].firstIndex(of: unit) else { return nil }
        return (0...power).reduce(1) { factor, _ in factor * step }
    }
}
