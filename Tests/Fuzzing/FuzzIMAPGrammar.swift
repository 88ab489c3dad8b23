// A libFuzzer target for the grammar of IMAP; `Scripts/fuzz imap` builds and runs it.
//
// An input is what a server sends. It is cut into responses twice, as a whole and in pieces whose length the first byte
// decides; both must give the same, and reading the responses must end.
import BinaryIO
import IMAPGrammar

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzGrammar(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count > 1 else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: start + 1, count: count - 1)
    let whole = responses(in: bytes, step: bytes.count)
    let pieces = responses(in: bytes, step: Int(start[0] & 15) + 1)
    guard whole == pieces else { fatalError("the pieces of a stream decide what is read from it") }
    return 0
}

/// One line for each response; the last one for an error of the framer.
private func responses(in bytes: UnsafeRawBufferPointer, step: Int) -> [String] {
    var framer = ResponseFramer()
    var lines: [String] = []
    var position = 0
    while position < bytes.count {
        let end = min(position + step, bytes.count)
        var piece = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
        position = end
        do throws(FramingError) {
            while let frame = try framer.next(&piece) { lines.append(line(frame)) }
        } catch {
            return lines + ["\(error)"]
        }
    }
    return lines
}

private func line(_ frame: ResponseFrame) -> String {
    do throws(GrammarError) {
        switch try Response(frame) {
        case .fetch(let message): return "FETCH \(message.uid?.rawValue ?? 0) \(message.sections.count)"
        case .list(let mailbox):
            let name = MailboxName(wire: mailbox.name, spelling: .modifiedUTF7)
            return "LIST \(name.levels(delimiter: mailbox.delimiter))"
        case .search(let result): return "SEARCH \(result.uids.commandTexts(length: 1_000).count)"
        case .vanished(let gone): return "VANISHED \(gone.uids.ranges.count)"
        // Not all of it: its capabilities are a set, which has no order.
        case .status(let status): return "STATUS \(status.condition) \(status.text)"
        default: return "other"
        }
    } catch {
        return error.description
    }
}
