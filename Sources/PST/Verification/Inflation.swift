/// Compressed blocks of files with 4K pages. Not decoded by this check: such files are only read, never written, and
/// their pages, trailers, checksums and references are judged all the same.
extension FileUnderCheck {
    func inflate(_ bytes: [UInt8], to count: Int) -> [UInt8]? { nil }
}
