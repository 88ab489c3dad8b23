import BinaryIO
import IMAP
import IMAPGrammar
import MailStore

/// Fetches the messages of one batch: one streamed UID FETCH where nothing goes wrong, and what is missing again where
/// something does. Whatever happens, every message ends with its content or with an error.
struct BatchFetch: Sendable {
    let pool: SessionPool
    let contents: FetchedContents
    let options: IMAPOptions
    let budget: DownloadBudget
    let place: String
    let folder: FolderInfo
    let uidValidity: UInt32
    let mailbox: MailboxName
    /// The messages, and their bytes as listed.
    let sizes: [UID: Int]

    /// - Parameter lease: of a connection; given back at the end.
    func run(over lease: SessionPool.Lease) async {
        var lease = lease
        await run(over: &lease)
        pool.giveBack(lease)
    }

    private func run(over lease: inout SessionPool.Lease) async {
        var plan = FetchPlan(sizes.keys.sorted())
        var backoff = Backoff()
        // Connections in a row that ended before our command was sent.
        var turnsMissed = 0
        while let asked = plan.next.first {
            do throws(IMAPError) {
                let session = try await session(&lease)
                do throws(IMAPError) {
                    try await ask(asked, session, &plan, &backoff)
                    turnsMissed = 0
                } catch {
                    guard error.endsConnection else { throw error }
                    await lease.provider.drop(session)
                    if error.isLate, turnsMissed < StoreLimits.turnsMissed {
                        // Others may be served on these connections, or nobody is.
                        turnsMissed += 1
                        try await lease.provider.pause(StoreLimits.missedTurnPause * turnsMissed)
                        continue
                    }
                    if error.isBehind {
                        // Whoever was to be answered counts the loss; there may be many before it is our turn.
                        try await lease.provider.pause(.zero)
                        continue
                    }
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
                    try await lease.provider.pause(wait)
                } catch {
                    return giveUp(plan.missing, error)
                }
            }
        }
    }

    /// A session at the batch's place in the pool, or at another one where none can be had there.
    private func session(_ lease: inout SessionPool.Lease) async throws(IMAPError) -> IMAPSession {
        while true {
            do throws(IMAPError) {
                let session = try await lease.provider.session()
                pool.works(lease)
                return session
            } catch {
                guard let other = pool.replacement(for: lease, after: error) else { throw error }
                lease = other
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
        let listed = max(sizes[uid] ?? 0, 0)
        budget.correct(listed: listed, actual: content.count)
        do throws(SpoolError) {
            contents.settle(key(uid), .success(try kept(content, listed: listed)))
        } catch {
            settle(uid, .inputOutput, "the message cannot be kept in a temporary file: error \(error.errno)")
        }
    }

    /// The pipeline bounds what it has in memory by the sizes listed. A message much larger than that waits in a file.
    private func kept(_ content: MappedFile, listed: Int) throws(SpoolError) -> MappedFile {
        let allowed = listed.addingReportingOverflow(StoreLimits.bytesBeyondListed).partialValue
        guard content.count > allowed, content.count <= GrammarLimits.literalInMemory else { return content }
        return try content.withUnsafeBytes { bytes throws(SpoolError) in try SpooledBytes.file(holding: bytes) }
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
