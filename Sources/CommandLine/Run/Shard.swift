import BinaryIO

/// One of several parts of all mailboxes: "0/8" is the first of eight. Which part a user is in depends on the name alone, so that
/// machines that know nothing of each other do each mailbox once.
struct Shard: Hashable {
    /// From 0.
    let index: Int
    let count: Int

    private static let most = 100_000

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let index = Int(parts[0]), let count = Int(parts[1]), (1...Self.most).contains(count), index < count
        else { return nil }
        self.index = index
        self.count = count
    }

    /// The first eight bytes of the SHA-256 of the name in UTF-8, the most significant first, modulo the number of shards.
    func contains(_ user: String) -> Bool {
        let digest = Digest.sha256(Array(user.utf8))
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return number % UInt64(count) == UInt64(index)
    }
}
