import IMAPGrammar

/// Cuts a server's bytes into responses, the bytes coming in pieces.
enum Framing {
    /// - Parameter cuts: where a piece ends.
    static func frames(of bytes: [UInt8], cuts: [Int] = []) throws(FramingError) -> [ResponseFrame] {
        var framer = ResponseFramer()
        var frames: [ResponseFrame] = []
        let ends = cuts.sorted() + [bytes.count]
        var start = 0
        for end in ends where end >= start {
            let result = Array(bytes[start..<end]).withUnsafeBytes { buffer in
                Result { () throws(FramingError) in
                    var input = buffer
                    while let frame = try framer.next(&input) { frames.append(frame) }
                }
            }
            try result.get()
            start = end
        }
        return frames
    }

    static func responses(to text: String, cuts: [Int] = []) throws -> [Response] {
        try frames(of: Array(text.utf8), cuts: cuts).map { frame in try Response(frame) }
    }

    /// The only response in `text`, given without its line end.
    static func response(_ text: String) throws -> Response {
        let responses = try responses(to: text + "\r\n")
        guard responses.count == 1 else { throw NotOneResponse(count: responses.count) }
        return responses[0]
    }
}

struct NotOneResponse: Error {
    let count: Int
}
