import Glibc
import Testing

@testable import CommandLine

@Suite("Times of day")
struct TimeOfDayTests {
    /// A moment of this machine's time zone, far from where clocks are changed.
    private static func moment(_ day: Int, _ hour: Int, _ minute: Int, _ second: Int = 0) -> Int {
        var parts = tm()
        parts.tm_year = 126
        parts.tm_mon = 0
        parts.tm_mday = Int32(day)
        parts.tm_hour = Int32(hour)
        parts.tm_min = Int32(minute)
        parts.tm_sec = Int32(second)
        parts.tm_isdst = -1
        return Int(mktime(&parts))
    }

    @Test("The next one is later today, or tomorrow where it is over or just now")
    func next() throws {
        let six = try #require(TimeOfDay("06:00"))
        #expect(six.next(after: Self.moment(10, 2, 15)) == Self.moment(10, 6, 0))
        #expect(six.next(after: Self.moment(10, 5, 59, 59)) == Self.moment(10, 6, 0))
        #expect(six.next(after: Self.moment(10, 6, 0)) == Self.moment(11, 6, 0))
        #expect(six.next(after: Self.moment(10, 22, 0)) == Self.moment(11, 6, 0))
        #expect(six.next(after: Self.moment(31, 22, 0)) == Self.moment(32, 6, 0))
        let late = try #require(TimeOfDay("23:59:30"))
        #expect(late.next(after: Self.moment(10, 23, 59, 29)) == Self.moment(10, 23, 59, 30))
        #expect(late.description == "23:59:30" && six.description == "06:00")
    }

    @Test(
        "What is none is refused",
        arguments: ["", "6:00", "06", "24:00", "06:60", "06:00:60", "06:00:00:00", "06-00", "٠٦:٠٠", "-6:00"])
    func wrong(text: String) {
        #expect(TimeOfDay(text) == nil)
    }
}
