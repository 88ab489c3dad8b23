import MAPI

/// A chart as SVG within the page: the colours are the page's, so that it fits light and dark.
struct Chart {
    struct Point {
        let time: FileTime
        let value: Int
        /// The run did not end well.
        var isBad = false
        /// What is shown where someone points at it.
        let label: String
    }

    enum Form {
        /// A line by time, with the area below it.
        case line
        /// One bar a point.
        case bars
    }

    let form: Form
    let unit: Axis.Unit
    let caption: String
    /// In order of time.
    let points: [Point]

    /// In units of the drawing; on the page it is as wide as there is room. Small, so that letters can be read on a phone.
    private static let width = 360.0
    private static let height = 150.0
    private static let left = 52.0
    private static let right = 352.0
    private static let top = 8.0
    private static let bottom = 128.0

    /// Less than two points show nothing.
    var isWorthShowing: Bool { points.count > 1 }

    var markup: Markup {
        let axis = Axis(upTo: points.map(\.value).max() ?? 0, unit)
        let content = form == .line ? line(axis) : bars(axis)
        return """
            <figure><figcaption>\(caption)</figcaption>
            <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-label="\(summary)">
            \(grid(axis))\(content)\(timeLabels)</svg></figure>

            """
    }

    /// For those who do not see it.
    private var summary: String {
        guard let first = points.first, let last = points.last else { return caption }
        return "\(caption): \(first.label) to \(last.label)"
    }

    private func height(of value: Int, _ axis: Axis) -> Double {
        Self.bottom - (Self.bottom - Self.top) * Double(max(value, 0)) / Double(axis.end)
    }

    private func grid(_ axis: Axis) -> Markup {
        Markup(
            joining: axis.ticks.map { tick in
                let y = height(of: tick, axis)
                return """
                    <line class="grid" x1="\(Self.left)" x2="\(Self.right)" y1="\(y)" y2="\(y)"/>\
                    <text x="\(Self.left - 6)" y="\(y + 3.5)" text-anchor="end">\(axis.label(tick))</text>

                    """
            })
    }

    private var timeLabels: Markup {
        guard let first = points.first?.time, let last = points.last?.time else { return "" }
        return """
            <text x="\(Self.left)" y="\(Self.height - 6)">\(Figures.day(first))</text>\
            <text x="\(Self.right)" y="\(Self.height - 6)" text-anchor="end">\(Figures.day(last))</text>

            """
    }

    private func line(_ axis: Axis) -> Markup {
        guard let first = points.first, let last = points.last else { return "" }
        let begin = Double(first.time.unixSeconds)
        let span = max(Double(last.time.unixSeconds) - begin, 1)
        let places = points.map { point in
            let share = min(max((Double(point.time.unixSeconds) - begin) / span, 0), 1)
            return (x: Self.left + (Self.right - Self.left) * share, y: height(of: point.value, axis))
        }
        let path = Markup(joining: places.map { "\($0.x) \($0.y)" as Markup }, separator: " L")
        let end = places[places.count - 1]
        return """
            <path class="area" d="M\(places[0].x) \(Self.bottom) L\(path) L\(end.x) \(Self.bottom) Z"/>
            <path class="line" d="M\(path)"/>
            <circle class="end" cx="\(end.x)" cy="\(end.y)" r="3"><title>\(last.label)</title></circle>

            """
    }

    private func bars(_ axis: Axis) -> Markup {
        let slot = (Self.right - Self.left) / Double(max(points.count, 1))
        let width = min(max(slot * 0.72, 0.8), 24)
        return Markup(
            joining: points.enumerated().map { index, point in
                let x = Self.left + slot * (Double(index) + 0.5) - width / 2
                // What took no time is there all the same.
                let y = min(height(of: point.value, axis), Self.bottom - 1)
                let kind: Markup = point.isBad ? "bar bad" : "bar"
                return """
                    <rect class="\(kind)" x="\(x)" y="\(y)" width="\(width)" height="\(Self.bottom - y)">\
                    <title>\(point.label)</title></rect>

                    """
            })
    }

    /// The growth alone, the height of a line of text.
    static func sparkline(_ values: [Int]) -> Markup {
        guard values.count > 1, let greatest = values.max(), let least = values.min() else { return "" }
        let span = Double(max(greatest - least, 1))
        let places = values.enumerated().map { index, value in
            "\(2 + 76 * Double(index) / Double(values.count - 1)) \(16 - 12 * Double(value - least) / span)" as Markup
        }
        return """
            <svg class="spark" viewBox="0 0 80 20" aria-hidden="true"><path class="line" \
            d="M\(Markup(joining: places, separator: " L"))"/></svg>
            """
    }
}
