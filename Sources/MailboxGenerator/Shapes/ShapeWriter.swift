/// Writes the mailboxes of ``Shape``.
struct ShapeWriter {
    private var tree: MaildirTree
    private let base64: LinePool
    private var written = 0

    init(_ directory: String) throws {
        tree = try MaildirTree(creating: directory)
        var random = SplitMix64(seed: 4)
        base64 = .base64(1 << 22, using: &random)
    }

    mutating func writeOver4GB() throws {
        let attachment = 76_000_000
        for _ in 0..<60 {
            try deliverSmall(into: tree.path)
            try deliver(into: tree.path, attachments: [attachment])
        }
        // Small blocks at the far end too, so that every kind of page has an address above 4 GB.
        for name in ["After", "After 2"] {
            let folder = try tree.makeFolder([name])
            for _ in 0..<500 { try deliverSmall(into: folder) }
        }
    }

    mutating func writeWideFolder() throws {
        let folder = try tree.makeFolder(["Wide"])
        for _ in 0..<200_000 { try deliverSmall(into: folder) }
    }

    mutating func writeHugeAttachment() throws {
        // PidTagAttachSize and PidTagMessageSize are signed 32-bit numbers that count the properties beside the bytes of
        // the attachment: 64 KB are left for those.
        try deliver(into: tree.path, attachments: [Int(Int32.max) - 65_536])
    }

    mutating func writeManyRecipients() throws {
        let kinds = ["To", "Cc", "Bcc"]
        let header = kinds.enumerated().map { kind, name in
            let count = [1_000, 900, 100][kind]
            let recipients = (0..<count).map { "Recipient \($0) of \(name) <\(name.lowercased())\($0)@example.com>" }
            return "\(name): " + recipients.joined(separator: ",\n\t")
        }
        try deliverSmall(into: tree.path, header: header.joined(separator: "\n"))
    }

    mutating func writeManyAttachments() throws {
        try deliver(into: tree.path, attachments: (0..<500).map { 57 * (1 + $0 % 100) })
    }

    mutating func writeDeepTree() throws {
        // Three characters a level: a name of a Maildir++ folder is a file name, which has 255 at most.
        var names: [String] = []
        for level in 1...64 {
            names.append("\(level / 10)\(level % 10)")
            try deliverSmall(into: try tree.makeFolder(names))
        }
    }

    mutating func writeManyFolders() throws {
        for index in 0..<5_000 {
            try deliverSmall(into: try tree.makeFolder(["Group \(index / 100)", "Folder \(index)"]))
        }
    }

    private mutating func deliverSmall(
        into folder: String, header: String = "To: Fred Becker <fredb@example.com>"
    ) throws {
        let start = nextHeader() + header
        try tree.deliver(into: folder, flags: "S", modified: date) { file in
            try file.write(start + "\nContent-Type: text/plain; charset=us-ascii\n\nA small message.\n")
        }
    }

    /// A message with attachments of the given sizes, rounded down to whole base64 lines.
    private mutating func deliver(into folder: String, attachments: [Int]) throws {
        let start = nextHeader()
        let base64 = base64
        try tree.deliver(into: folder, flags: "S", modified: date) { file in
            try file.write(
                start + """
                    To: Fred Becker <fredb@example.com>
                    Content-Type: multipart/mixed; boundary="=_shape"

                    --=_shape
                    Content-Type: text/plain; charset=us-ascii

                    See the attachments.

                    """)
            for (index, size) in attachments.enumerated() {
                try file.write(
                    """

                    --=_shape
                    Content-Type: application/octet-stream
                    Content-Disposition: attachment; filename="data-\(index).bin"
                    Content-Transfer-Encoding: base64


                    """)
                try base64.write(lines: size / LinePool.base64LineBytes, into: &file)
            }
            try file.write("\n--=_shape--\n")
        }
    }

    private var date: Int { 1_700_000_000 + written * 60 }

    private mutating func nextHeader() -> String {
        written += 1
        return """
            From: Anna Castro <anna@example.org>
            Subject: Message \(written)
            Date: \(MailDate.format(date - 5))
            Message-ID: <\(written).shape@example.org>
            MIME-Version: 1.0

            """
    }
}
