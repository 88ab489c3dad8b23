import BinaryIO
import IMAP
import IMAPGrammar
import MailStore

/// Fetches the messages of one batch: one streamed UID FETCH where nothing goes wrong, and what is missing again where
/// something does. Whatever happens, every message ends with its content or with an error.
struct BatchFetch: Sendable {
    let provider: SessionProvider
    let contents: FetchedContents
    let options: IMAPOptions
    let budget: DownloadBudget
    let place: String
    let folder: FolderInfo
    let uidValidity: UInt32
    let mailbox: MailboxName

    func run(_ uids: [UID]) async {
        var plan = FetchPlan(uids)
        var backoff = Backoff()
        while let asked = plan.next.first {
            do throws(IMAPError) {
                try checkBudget()
                let session = try await provider.session()
                do throws(IMAPError) {
                    try await ask(asked, session, &plan, &backoff)
                } catch {
                    guard error.endsConnection else { throw error }
                    await provider.drop(session)
                    if let uid = plan.lost(asked) {
                        settle(uid, .inputOutput, "\(place): the connection was lost over it each time")
                        backoff.progressed()
                        continue
                    }
                    throw error
                }
            } catch {
                guard let wait = backoff.wait(after: error, attempts: options.attempts) else {
                    return giveUp(plan.missing, error)
                }
                do throws(IMAPError) {
                    try await provider.pause(wait)
                } catch {
                    return giveUp(plan.missing, error)
                }
            }
        }
    }

    private func ask(
        _ asked: [UID], _ session: IMAPSession, _ plan: inout FetchPlan, _ backoff: inout Backoff
    ) async throws(IMAPError) {
        let receiver = BodyReceiver(wanted: asked) { uid, content in deliver(uid, content) }
        let validity = uidValidity
        let answers: [StatusResponse]
        let found: SelectedMailbox
        do throws(IMAPError) {
            (found, answers) = try await session.perform(in: mailbox, receiver: receiver) { selected in
                guard selected.uidValidity == validity else { return [] }
                return UIDSet(asked).commandTexts(length: StoreLimits.setLength).map {
                    CommandText("UID FETCH \($0) (UID BODY.PEEK[])")
                }
            }
        } catch {
            if plan.arrived(receiver.arrivedUIDs) { backoff.progressed() }
            throw error
        }
        if plan.arrived(receiver.arrivedUIDs) { backoff.progressed() }
        guard found.uidValidity == validity else {
            for uid in plan.missing { settle(uid, .vanished, "the mailbox was renumbered since it was listed") }
            for uid in plan.missing { plan.gaveUp(uid) }
            return
        }
        if let failed = answers.first(where: { $0.condition != .ok }) {
            let error = IMAPError("UID FETCH", failed: failed)
            if error.isTransient { throw error }
            if let uid = plan.refused(asked) { settle(uid, error) }
            return
        }
        let notGiven = plan.completed(asked)
        if !notGiven.isEmpty { try await explain(notGiven, session) }
    }

    /// The server said OK and gave nothing: because the messages are gone, or because it cannot.
    private func explain(_ uids: [UID], _ session: IMAPSession) async throws(IMAPError) {
        let there: UIDSet
        do throws(IMAPError) {
            there = try await MailboxSearch(session: session, mailbox: mailbox).existing(UIDSet(uids))
        } catch {
            for uid in uids { settle(uid, error) }
            return
        }
        for uid in uids {
            if there.contains(uid) {
                settle(uid, .inputOutput, "the server lists the message, and does not give it")
            } else {
                settle(uid, .vanished, "gone since it was listed")
            }
        }
    }

    private func deliver(_ uid: UID, _ content: MappedFile?) {
        guard let content else { return settle(uid, .inputOutput, "the server has nothing of the message") }
        budget.spend(content.count)
        contents.settle(key(uid), .success(content))
    }

    private func checkBudget() throws(IMAPError) {
        guard budget.isSpent else { return }
        let limit = StatusResponse(.no, code: .other("OVERQUOTA", ""), text: "")
        throw IMAPError(.rejected, "the bytes that may be fetched in one run are spent", response: limit)
    }

    private func giveUp(_ uids: [UID], _ error: IMAPError) {
        for uid in uids { settle(uid, error) }
    }

    private func settle(_ uid: UID, _ error: IMAPError) {
        contents.settle(
            key(uid), .failure(StoreError(error, at: place, folder: folder.path, messageID: key(uid).message)))
    }

    private func settle(_ uid: UID, _ code: StoreError.Code, _ text: String) {
        contents.settle(
            key(uid), .failure(StoreError(code, text, folder: folder.path, messageID: key(uid).message)))
    }

    private func key(_ uid: UID) -> FetchedContents.Key {
        FetchedContents.Key(folder: folder.id, message: MessageKey(uidValidity: uidValidity, uid: uid).id)
    }
}
