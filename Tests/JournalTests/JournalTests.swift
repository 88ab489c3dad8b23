import Testing

@testable import Journal

@Suite("Journal")
struct JournalTests {
    @Test("A journal that is in use is waited for")
    func waits() {
        #expect(JournalLimits.busyTimeout > 0)
    }
}
