/// File names of attachments — [MS-OXCMAIL] 2.2.3.4.1.1.
enum AttachmentName {
    /// The base name, without what Windows forbids, in at most ``ImportLimits/fileNameLength`` UTF-16 units of which
    /// the extension is kept; nil where nothing is left.
    static func sanitized(_ name: String) -> String? {
        if isPlain(name) { return name }
        let path = Array(name.unicodeScalars)
        let base = path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? []
        let forbidden: Set<Unicode.Scalar> = ["\"", "/", ":", "<", ">", "|", "\\", "*", "?"]
        var scalars = base.map { scalar -> Unicode.Scalar in
            scalar.value < 0x20 || scalar.value == 0x7F || forbidden.contains(scalar) ? "_" : scalar
        }[...]
        let isPadding: (Unicode.Scalar) -> Bool = { $0 == "." || $0 == " " }
        scalars = scalars.drop(while: isPadding)
        while let last = scalars.last, isPadding(last) { scalars.removeLast() }
        let clean = String(String.UnicodeScalarView(scalars))
        return clean.isEmpty ? nil : shortened(clean)
    }

    /// Whether a name, as most are, has nothing to be changed: short, ASCII, and made of what every system takes.
    private static func isPlain(_ name: String) -> Bool {
        guard (1...ImportLimits.fileNameLength).contains(name.utf8.count), let first = name.utf8.first,
            let last = name.utf8.last, !isPadding(first), !isPadding(last)
        else { return false }
        return name.utf8.allSatisfy {
            $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x20 || $0 == 0x2E || $0 == 0x2D
                || $0 == 0x5F
        }
    }

    private static func isPadding(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x2E }

    /// The extension with its dot, in at most 15 characters; empty where there is none.
    static func fileExtension(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        let text = name[dot...]
        return text.utf16.count <= 16 && text.utf16.count > 1 && !text.contains(" ") ? String(text) : ""
    }

    /// `ATT00001.ext`.
    static func numbered(_ number: Int, mimeType: String) -> String {
        let digits = String(number)
        return "ATT" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
            + (fileExtension(ofType: mimeType))
    }

    private static func shortened(_ name: String) -> String {
        guard name.utf16.count > ImportLimits.fileNameLength else { return name }
        let suffix = fileExtension(name)
        let room = ImportLimits.fileNameLength - suffix.utf16.count
        var units = 0
        let stem = name.unicodeScalars.prefix { scalar in
            units += UTF16.width(scalar)
            return units <= room
        }
        return String(stem) + suffix
    }

    /// The usual extension of a MIME type.
    static func fileExtension(ofType type: String) -> String {
        if let known = extensions[type] { return known }
        return type.hasPrefix("text/") ? ".txt" : type.hasPrefix("message/") ? ".txt" : ".dat"
    }

    private static let extensions: [String: String] = [
        "text/plain": ".txt", "text/html": ".htm", "text/calendar": ".ics", "text/vcard": ".vcf",
        "text/x-vcard": ".vcf", "text/directory": ".vcf", "text/csv": ".csv", "text/rtf": ".rtf", "text/xml": ".xml",
        "text/css": ".css", "text/x-patch": ".patch", "text/x-diff": ".diff", "text/enriched": ".txt",
        "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/pjpeg": ".jpg", "image/png": ".png", "image/x-png": ".png",
        "image/gif": ".gif", "image/bmp": ".bmp", "image/tiff": ".tif", "image/svg+xml": ".svg",
        "image/webp": ".webp", "image/avif": ".avif", "image/heic": ".heic",
        "application/pdf": ".pdf", "application/zip": ".zip", "application/gzip": ".gz", "application/rtf": ".rtf",
        "application/msword": ".doc", "application/json": ".json", "application/xml": ".xml",
        "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
        "application/pgp-signature": ".asc", "application/pgp-encrypted": ".asc", "application/pgp-keys": ".asc",
        "application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s",
        "application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m", "application/ms-tnef": ".dat",
        "message/rfc822": ".eml", "message/global": ".eml", "message/partial": ".txt",
        "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/x-wav": ".wav", "video/mp4": ".mp4",
    ]
}
