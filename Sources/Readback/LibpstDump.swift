import Glibc

/// What the reading process does: writes every item that libpst finds to standard output.
public enum LibpstDump {
    /// Most memory that libpst may take, in bytes: what a damaged size makes it ask for beyond that fails.
    private static let memory: UInt = 8 << 30

    /// - Returns: the status to leave with.
    public static func run(path: String) -> Int32 {
        var limit = rlimit(rlim_cur: memory, rlim_max: memory)
        setrlimit(__rlimit_resource_t(9), &limit)  // RLIMIT_AS
        // A parent that has gone away must end this process quietly.
        signal(SIGPIPE, SIG_DFL)
        var output = Output()
        do {
            let session = try LibpstSession.open(path)
            try session.forEachItem { node, item in
                switch item {
                case .success(let message): output.add(.item(ReadbackItem(message, node: node)))
                case .failure(let error): output.add(.unreadable(node: node, "\(error)"))
                }
            }
        } catch {
            return 1
        }
        output.add(.end)
        output.flush()
        return 0
    }

    /// Standard output, in pieces that are neither small nor long in coming.
    private struct Output {
        private var pending: [UInt8] = []

        mutating func add(_ content: ItemLine.Content) {
            pending += ItemLine.encode(content)
            if pending.count >= 1 << 15 { flush() }
        }

        mutating func flush() {
            var done = 0
            pending.withUnsafeBytes { bytes in
                while done < bytes.count {
                    let count = write(1, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                    if count < 0, errno == EINTR { continue }
                    // The parent has gone; what it asked for is of no use any more.
                    guard count > 0 else { return }
                    done += count
                }
            }
            pending.removeAll(keepingCapacity: true)
        }
    }
}
