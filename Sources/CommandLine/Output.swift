import Glibc
import Synchronization

/// A descriptor to write lines to.
final class Output: Sendable {
    private let descriptor: Int32
    private let error = Mutex<Int32>(0)

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Columns of the terminal; 80 where it does not tell.
    var width: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// `errno` of the first write that failed, else 0. Later writes are then dropped.
    var failure: Int32 { error.withLock { $0 } }

    func write(_ text: String) {
        error.withLock { error in
            guard error == 0 else { return }
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else {
                    error = errno
                    return
                }
                rest = rest.dropFirst(written)
            }
        }
    }
}

extension String {
    /// On one line and without effect on a terminal: control characters appear as "\n", "\t" or "\u{1B}".
    var printable: String {
        guard unicodeScalars.contains(where: Self.isControl) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            text += Self.isControl(scalar) ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return text
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // These could turn the direction of the line; other format characters join emoji and letters.
        case .format: scalar.properties.isBidiControl
        default: false
        }
    }
}
