/// How the reading process hands an item to its parent: one line of fields, separated by tabs.
enum ItemLine {
    /// An item, or an error of libpst.
    enum Content: Equatable {
        case item(ReadbackItem)
        case unreadable(node: UInt32, String)
        /// The walk came to its end: the last line.
        case end
    }

    static let longest = 64 << 20

    static func encode(_ content: Content) -> [UInt8] {
        var cells: [String]
        switch content {
        case .item(let item):
            cells = ["item", "\(item.node)", "\(item.folder.count)"] + item.folder
            for field in item.fields { cells += [field.name, field.value] }
        case .unreadable(let node, let text): cells = ["unreadable", "\(node)", text]
        case .end: cells = ["end"]
        }
        var line: [UInt8] = []
        for (position, cell) in cells.enumerated() {
            if position > 0 { line.append(0x09) }
            for byte in cell.utf8 {
                switch byte {
                case 0x09: line += "\\t".utf8
                case 0x0A: line += "\\n".utf8
                case 0x5C: line += "\\\\".utf8
                default: line.append(byte)
                }
            }
        }
        line.append(0x0A)
        return line
    }

    /// - Parameter line: without its end.
    /// - Returns: nil for what is no such line.
    static func decode(_ line: [UInt8]) -> Content? {
        let cells = line.split(separator: 0x09, omittingEmptySubsequences: false).map { decodeCell($0) }
        switch cells.first {
        case "end"?: return .end
        case "unreadable"?:
            guard cells.count == 3, let node = UInt32(cells[1]) else { return nil }
            return .unreadable(node: node, cells[2])
        case "item"?:
            guard cells.count >= 3, let node = UInt32(cells[1]), let depth = Int(cells[2]), depth >= 0,
                depth <= cells.count - 3, (cells.count - 3 - depth) % 2 == 0
            else { return nil }
            var item = ReadbackItem()
            item.node = node
            item.folder = Array(cells[3..<3 + depth])
            for position in stride(from: 3 + depth, to: cells.count, by: 2) {
                item.add(cells[position], cells[position + 1])
            }
            return .item(item)
        default: return nil
        }
    }

    private static func decodeCell(_ cell: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in cell {
            if isEscaped {
                bytes.append(byte == 0x74 ? 0x09 : byte == 0x6E ? 0x0A : byte)
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
