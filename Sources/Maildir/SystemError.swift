import Glibc
import MailStore

extension StoreError.Code {
    /// What a failed system call on the source means.
    static func source(errno code: Int32) -> StoreError.Code {
        switch code {
        case EACCES, EPERM: .accessDenied
        case ENOENT, ENOTDIR: .noInput
        default: .inputOutput
        }
    }
}

/// The system's words for `code`.
func systemMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return buffer.withUnsafeBufferPointer { text in text.baseAddress.map { String(cString: $0) } ?? "" }
}
