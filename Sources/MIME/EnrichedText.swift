internal import CGMime

/// `text/enriched` (RFC 1896) and the older `text/richtext` to HTML, by GMime.
public enum EnrichedText {
    public static func html(_ bytes: [UInt8], isRichText: Bool) -> [UInt8] {
        GMime.ready
        // GMIME_FILTER_ENRICHED_IS_RICHTEXT
        guard let filter = g_mime_filter_enriched_new(isRichText ? 1 : 0) else { return bytes }
        defer { g_object_unref(filter) }
        var input = bytes
        return input.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return [] }
            var output: UnsafeMutablePointer<CChar>?
            var length = 0
            var room = 0
            g_mime_filter_complete(
                filter, base.assumingMemoryBound(to: CChar.self), buffer.count, 0, &output, &length, &room)
            guard let output, length > 0 else { return [] }
            return Array(UnsafeRawBufferPointer(start: output, count: length))
        }
    }
}
