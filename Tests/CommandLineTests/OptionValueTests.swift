import Glibc
import MAPI
import Testing

@testable import CommandLine

@Suite("Values of options")
struct OptionValueTests {
    @Test(
        "Sizes count in thousands, or in 1024s with an i",
        arguments: [
            ("0", 0), ("1500", 1500), ("25k", 25_000), ("25K", 25_000), ("10M", 10_000_000), ("10MB", 10_000_000),
            ("1.5G", 1_500_000_000), ("2GiB", 2 << 30), ("1KiB", 1024), ("3Ti", 3 << 40), ("7b", 7), ("0.5k", 500),
        ])
    func sizes(text: String, bytes: Int) {
        #expect(ByteSize(text)?.bytes == bytes)
    }

    @Test(
        "What is no size is refused",
        arguments: [
            "", "k", "-1", "1.5", "1..5k", "1,5k", "10X", "1 k", "99999999999999999999", "9999999999T", "٣k", "1.k",
        ])
    func wrongSizes(text: String) {
        #expect(ByteSize(text) == nil)
    }

    @Test(
        "Dates with a zone are moments",
        arguments: [
            ("1970-01-01T00:00Z", 0), ("1970-01-01T00:00:59Z", 59), ("1970-01-01T01:00+01:00", 0),
            ("1970-01-01 00:00-0130", 5400), ("2025-01-31T08:30:15Z", 1_738_312_215),
            ("2024-02-29T00:00Z", 1_709_164_800),
        ])
    func moments(text: String, seconds: Int64) {
        #expect(PointInTime(text)?.time == FileTime(unixSeconds: seconds))
    }

    @Test("A date alone is its first moment in local time")
    func days() throws {
        let day = try #require(PointInTime("2025-07-01"))
        #expect(day == PointInTime("2025-07-01T00:00"))
        #expect(day.time.localText == "2025-07-01 00:00")
        #expect(FileTime(unixSeconds: 0).universalText == "1970-01-01T00:00:00Z")
    }

    @Test(
        "What is no date is refused",
        arguments: [
            "", "2025", "2025-1-1", "2025-13-01", "2025-02-30", "2023-02-29", "2025-01-01T", "2025-01-01T24:00",
            "2025-01-01T10:60", "2025-01-01T10:00+25:00", "2025-01-01T10:00Zx", "yesterday", "٢٠٢٥-01-01", "0000-01-01",
        ])
    func wrongDates(text: String) {
        #expect(PointInTime(text) == nil)
    }
}
