import Testing

@testable import CommandLine

@Suite("Shards")
struct ShardTests {
    private static let users = (0..<2000).map { "user\($0)@example.com" } + ["", "FredB", "日本"]

    @Test("Every user is in exactly one of them, however many there are", arguments: [1, 2, 3, 8, 64, 1000])
    func partition(count: Int) throws {
        var found = [Int](repeating: 0, count: count)
        for user in Self.users {
            let shards = try (0..<count).filter { try #require(Shard("\($0)/\(count)")).contains(user) }
            #expect(shards.count == 1, "\(user)")
            for shard in shards { found[shard] += 1 }
        }
        // Not all in one place.
        #expect(count > 64 || found.allSatisfy { $0 > Self.users.count / count / 3 }, "\(found)")
    }

    /// Computed with Python's hashlib.
    @Test(
        "Where a user is stays the same, in every version and on every machine",
        arguments: [("FredB", 8, 0), ("AnnaK", 8, 4), ("fredb@example.com", 100, 87), ("日本", 7, 2)])
    func stable(user: String, count: Int, index: Int) throws {
        #expect(try #require(Shard("\(index)/\(count)")).contains(user))
    }

    @Test(
        "What is no part is refused",
        arguments: ["", "1", "/", "1/", "/2", "2/2", "-1/2", "0/0", "1/2/3", "a/b", " 0/2", "0/999999999", "٠/٢"])
    func wrong(text: String) {
        #expect(Shard(text) == nil)
    }
}
