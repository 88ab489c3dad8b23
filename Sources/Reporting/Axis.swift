/// The scale of a chart's values: from 0 to a round number, with a few round numbers between.
struct Axis {
    enum Unit {
        case bytes, seconds
    }

    let unit: Unit
    /// From 0 up; the last is at least the greatest value.
    let ticks: [Int]

    init(upTo greatest: Int, _ unit: Unit) {
        self.unit = unit
        let greatest = max(greatest, 1)
        let step = Self.steps(unit).first { $0 >= (greatest - 1) / Self.intervals + 1 } ?? greatest
        // Values near the end of the number range have no round number above them.
        let count = (greatest - 1) / step + 1
        ticks = (0...count).map { index in
            let (value, overflow) = index.multipliedReportingOverflow(by: step)
            return overflow ? Int.max : value
        }
    }

    /// The most lines above the base line.
    private static let intervals = 4

    /// The greatest value that has a place.
    var end: Int { ticks.last ?? 1 }

    func label(_ tick: Int) -> String {
        switch unit {
        case .bytes: tick == 0 ? "0" : Figures.bytes(tick).replacingTail(".0 ", with: " ")
        case .seconds: tick == 0 ? "0" : Figures.span(seconds: tick)
        }
    }

    private static func steps(_ unit: Unit) -> [Int] {
        switch unit {
        case .bytes:
            // 1, 2, 5, 10, …, 5 × 10^18.
            var steps: [Int] = []
            var power = 1
            for _ in 0...18 {
                steps += [1, 2, 5].map { power * $0 }
                power = power.multipliedReportingOverflow(by: 10).partialValue
            }
            return steps
        case .seconds:
            let minute = 60
            let hour = 3_600
            let day = 86_400
            return [1, 2, 5, 10, 20, 30, minute, 2 * minute, 5 * minute, 10 * minute, 20 * minute, 30 * minute, hour]
                + [2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 10 * day, 100 * day, 1000 * day]
        }
    }
}

extension String {
    /// "50.0 MB" with ".0 " replaced by " " is "50 MB".
    fileprivate func replacingTail(_ part: String, with other: String) -> String {
        guard let range = range(of: part) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }

    private func range(of part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}
