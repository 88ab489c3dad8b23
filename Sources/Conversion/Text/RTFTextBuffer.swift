/// Collects the text of RTF, which comes as bytes of changing code pages and as UTF-16 units.
struct RTFTextBuffer {
    private(set) var output: [UInt8] = []
    private var bytes: [UInt8] = []
    private var codePage: Int32 = CodePage.windows1252
    private var units: [UInt16] = []

    mutating func append(_ run: UnsafeBufferPointer<UInt8>, codePage page: Int32) {
        // Behind a lead byte that came as `\'hh` a letter may be the second half of the character.
        let mayBeSecondByte = !bytes.isEmpty && page == codePage && Self.isDoubleByte(page)
        if !mayBeSecondByte && run.allSatisfy({ $0 < 0x80 }) {
            flush()
            output.append(contentsOf: run)
            return
        }
        prepare(page)
        bytes.append(contentsOf: run)
    }

    mutating func append(_ byte: UInt8, codePage page: Int32) {
        guard byte != 0 else { return }
        prepare(page)
        bytes.append(byte)
    }

    mutating func append(unit: UInt16) {
        flushBytes()
        if unit != 0 { units.append(unit) }
    }

    mutating func append(utf8 text: some Sequence<UInt8>) {
        flush()
        output.append(contentsOf: text)
    }

    private mutating func prepare(_ page: Int32) {
        flushUnits()
        if page != codePage {
            flushBytes()
            codePage = page
        }
    }

    mutating func flush() {
        flushBytes()
        flushUnits()
    }

    private mutating func flushBytes() {
        guard !bytes.isEmpty else { return }
        output.append(contentsOf: CodePage.text(bytes, codePage: codePage).utf8)
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func flushUnits() {
        guard !units.isEmpty else { return }
        output.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
        units.removeAll(keepingCapacity: true)
    }

    private static func isDoubleByte(_ page: Int32) -> Bool {
        [932, 936, 949, 950, 1361, 54936].contains(page)
    }
}
