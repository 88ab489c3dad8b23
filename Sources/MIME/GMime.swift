internal import CGMime

/// The library's global state.
enum GMime {
    /// Touched before the first call into the library.
    static let ready: Void = g_mime_init()

    /// A string that GMime returned, freed here.
    static func take(_ text: UnsafeMutablePointer<CChar>?) -> String? {
        guard let text else { return nil }
        defer { g_free(text) }
        return String(cString: text)
    }
}

/// Bytes for a C function that wants a terminated string: NULs are left out.
struct CText {
    private let bytes: [UInt8]

    init(_ text: [UInt8]) {
        var bytes = text
        if bytes.contains(0) { bytes.removeAll { $0 == 0 } }
        bytes.append(0)
        self.bytes = bytes
    }

    init(_ text: String) {
        self.init(Array(text.utf8))
    }

    func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R? {
        bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { $0.baseAddress.map(body) }
        }
    }
}
