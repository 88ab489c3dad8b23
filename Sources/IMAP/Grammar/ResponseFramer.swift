public import BinaryIO
import Glibc

/// Cuts the stream of a server into responses. Literals pass through at once, into memory or a file of their own, so no
/// response is ever held twice, and none of any size in memory.
///
/// *Incomplete* is an outcome of its own (nil): the framer has taken what there was and waits for more.
public struct ResponseFramer: ~Copyable {
    private var frame = ResponseFrame(text: [])
    private var literal: SpooledBytes?
    /// Whether the response may have literals at all; decided at the end of its first line.
    private var kind: Kind?

    private enum Kind {
        /// Text for people, in which "{5}" announces nothing.
        case status
        case fetch
        case other
    }

    public init() {}

    /// Whether octets of a literal are still to come.
    public var isInLiteral: Bool { literal != nil }

    /// Takes bytes from the front of `input` until a response is whole.
    /// - Returns: the response; nil: all of `input` was taken, and more is needed.
    /// - Throws: where a bound is exceeded, or a literal cannot be kept. Nothing can be read after that.
    public mutating func next(_ input: inout UnsafeRawBufferPointer) throws(FramingError) -> ResponseFrame? {
        while true {
            if literal != nil {
                guard try takeLiteral(&input) else { return nil }
            } else if try takeLine(&input) {
                guard let size = try announcedLiteral() else { return finish() }
                try beginLiteral(size)
            } else {
                return nil
            }
        }
    }

    private mutating func takeLine(_ input: inout UnsafeRawBufferPointer) throws(FramingError) -> Bool {
        guard let start = input.baseAddress, input.count > 0 else { return false }
        let end = memchr(start, 0x0A, input.count)
        let length = end.map { UnsafeRawPointer($0) - start + 1 } ?? input.count
        guard length <= GrammarLimits.responseText - frame.text.count else { throw .responseTooLong }
        frame.text.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[..<length]))
        input = UnsafeRawBufferPointer(rebasing: input[length...])
        return end != nil
    }

    private mutating func takeLiteral(_ input: inout UnsafeRawBufferPointer) throws(FramingError) -> Bool {
        let isWhole: Bool
        do throws(SpoolError) {
            isWhole = try literal?.append(&input) ?? true
            guard isWhole else { return false }
            if let content = try literal.take()?.finish() { frame.literals.append(content) }
        } catch {
            throw .spool(error)
        }
        return true
    }

    private mutating func finish() -> ResponseFrame {
        frame.text.removeLast()
        if frame.text.last == 0x0D { frame.text.removeLast() }
        kind = nil
        defer { frame = ResponseFrame(text: []) }
        return frame
    }

    private mutating func beginLiteral(_ size: Int) throws(FramingError) {
        let limit = kind == .fetch ? GrammarLimits.literalSize : GrammarLimits.literalSizeOutsideFetch
        guard size <= limit, frame.literals.count < GrammarLimits.literals else { throw .literalTooLarge(size) }
        let held = frame.literals.reduce(0) { $0 + $1.count }
        do {
            literal = try SpooledBytes(count: size, inMemory: max(GrammarLimits.literalInMemory - held, 0))
        } catch {
            throw .spool(error)
        }
    }

    /// The size of the literal that the line just taken ends with: "{" number64 ["+"] "}" CRLF.
    private mutating func announcedLiteral() throws(FramingError) -> Int? {
        if kind == nil { kind = Self.kind(of: frame.text) }
        guard kind != .status else { return nil }
        var position = frame.text.count - 2
        if position >= 0 && frame.text[position] == 0x0D { position -= 1 }
        guard position > 1, frame.text[position] == UInt8(ascii: "}") else { return nil }
        position -= 1
        if frame.text[position] == UInt8(ascii: "+") { position -= 1 }
        let last = position
        while position >= 0 && (0x30...0x39).contains(frame.text[position]) { position -= 1 }
        guard position >= 0, position < last, frame.text[position] == UInt8(ascii: "{") else { return nil }
        var size = 0
        for digit in frame.text[position + 1...last] {
            guard size <= GrammarLimits.literalSize else { throw .literalTooLarge(size) }
            size = size * 10 + Int(digit - 0x30)
        }
        return size
    }

    private static let conditions: [StaticString] = ["OK", "NO", "BAD", "BYE", "PREAUTH"]

    private static func kind(of text: [UInt8]) -> Kind {
        guard text.count > 2, text[0] == UInt8(ascii: "*"), text[1] == 0x20 else { return .status }
        let start = text[2...].prefix(40)
        let first = start.prefix { $0 > 0x20 }
        if conditions.contains(where: { ASCII.isWord(first, $0) }) { return .status }
        let second = start.dropFirst(first.count + 1).prefix { $0 > 0x20 }
        return ASCII.isWord(second, "FETCH") || ASCII.isWord(first, "FETCH") ? .fetch : .other
    }
}

/// The stream of a server cannot be cut into responses.
public enum FramingError: Error, Hashable, Sendable {
    /// Above ``GrammarLimits/responseText``.
    case responseTooLong
    /// The size announced is above the bound, or there are too many literals.
    case literalTooLarge(Int)
    /// A literal could not be written to a temporary file.
    case spool(SpoolError)
}
