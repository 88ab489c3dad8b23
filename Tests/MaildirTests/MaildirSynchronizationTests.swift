import MailStore
import Maildir
import TestSupport
import Testing

@Suite("Maildir stores: the contract of stores that tell changes")
struct MaildirSynchronizationTests {
    @Test("Each kind of change is told, alone and once", arguments: [MaildirLayout.maildirPlusPlus, .filesystem])
    func contract(layout: MaildirLayout) async throws {
        #expect(try await SynchronizationContract.violations(of: MaildirMailbox(layout)) == [])
    }

    @Test(
        "A copy kept up to date through a random history is equal to the mailbox",
        arguments: [MaildirLayout.maildirPlusPlus, .filesystem], 1...8)
    func randomHistory(layout: MaildirLayout, seed: Int) async throws {
        let mailbox = try MaildirMailbox(layout)
        let seed = UInt64(seed) &* 7919
        #expect(try await SynchronizationContract.violations(of: mailbox, seed: seed, changes: 150) == [])
    }
}
