/// Ids as the database has them: those that are decimal numbers (UIDs, node ids) as integers.
enum StoredID {
    /// Stands for "the same as the message id"; no id is stored as a blob.
    static let same: [UInt8] = []

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
