import Glibc

/// Ids as the database has them: those that are decimal numbers (UIDs, node ids) as integers.
enum StoredID {
    /// Stands for "the same as the message id"; no id is stored as a blob.
    static let same: [UInt8] = []

    /// Whether two ids have the same bytes; equal strings may be spelled differently.
    static func areSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        var left = left
        var right = right
        return left.withUTF8 { left in
            right.withUTF8 { right in
                guard let first = left.baseAddress, let second = right.baseAddress else { return true }
                return memcmp(first, second, left.count) == 0
            }
        }
    }

    /// The number that is written exactly as `id`, if there is one: no signs, no leading zeros, at most 18 digits.
    static func number(_ id: String) -> Int64? {
        var id = id
        return id.withUTF8 { digits in
            guard (1...18).contains(digits.count), digits[0] != UInt8(ascii: "0") || digits.count == 1 else {
                return nil
            }
            var number: Int64 = 0
            for digit in digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                // 18 digits fit.
                number = number &* 10 &+ Int64(digit &- UInt8(ascii: "0"))
            }
            return number
        }
    }
}
