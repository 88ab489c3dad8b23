import MailStore
import Synchronization
import Transfer

/// One line at the foot of a terminal that shows how far a run is.
final class ProgressBar: Sendable {
    private static let interval: Duration = .milliseconds(200)
    private static let barWidth = 20

    private struct State {
        var isShown = false
        var last: Duration?
    }

    private let output: Output
    private let state = Mutex(State())

    init(output: Output) {
        self.output = output
    }

    func show(_ progress: TransferProgress, elapsed: Duration) {
        state.withLock { state in
            if let last = state.last, elapsed - last < Self.interval { return }
            state.last = elapsed
            state.isShown = true
            // One column stays free: terminals wrap a full line.
            let line = Self.line(progress, elapsed: elapsed).prefix(max(output.width - 1, 0))
            output.write("\r\u{1B}[K" + line)
        }
    }

    func clear() {
        state.withLock { state in
            guard state.isShown else { return }
            state.isShown = false
            output.write("\r\u{1B}[K")
        }
    }

    static func line(_ progress: TransferProgress, elapsed: Duration) -> String {
        let counts = progress.counts
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let rate = seconds > 0 ? min(Double(counts.bytes) / seconds, 1e15) : 0
        var parts: [String] = []
        if let totals = progress.totals {
            parts.append(bar(fraction(counts, totals)))
            parts.append("\(Format.count(counts.saved))/\(Format.count(totals.messages, "message"))")
        } else {
            parts.append(Format.count(counts.saved, "message"))
        }
        parts += [Format.bytes(counts.bytes), "\(Format.bytes(Int(rate)))/s"]
        if let totals = progress.totals, rate > 0 {
            let left = min(Double(max(totals.bytes - counts.bytes, 0)) / rate, 1e7)
            parts.append("\(Format.duration(.seconds(Int(left)))) left")
        }
        parts.append(progress.folder.description.printable)
        return parts.joined(separator: "  ")
    }

    private static func fraction(_ counts: TransferCounts, _ totals: TransferProgress.Totals) -> Double {
        guard totals.bytes > 0 else { return 1 }
        return min(max(Double(counts.bytes) / Double(totals.bytes), 0), 1)
    }

    private static func bar(_ fraction: Double) -> String {
        let filled = Int(fraction * Double(barWidth))
        let text = String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled)
        return "[\(text)] \(Int(fraction * 100))%"
    }
}
