import IMAPGrammar

/// Which messages of a batch to ask for next, after whatever has gone wrong: all at once first, one by one where the
/// server refuses the whole or the connection is lost over them again and again. So one message that a server cannot
/// give costs that message only.
struct FetchPlan {
    private(set) var missing: [UID]
    private var isSingle = false
    private var losses = 0
    /// Messages answered with OK and yet not given: asked for once more before it is believed.
    private var askedTwice: Set<UID> = []

    init(_ uids: [UID]) {
        missing = uids
    }

    var isDone: Bool { missing.isEmpty }

    /// Messages for the next commands, one command each.
    var next: [[UID]] {
        guard !missing.isEmpty else { return [] }
        return isSingle ? [[missing[0]]] : [missing]
    }

    /// - Returns: whether any of them was missing.
    mutating func arrived(_ uids: Set<UID>) -> Bool {
        let before = missing.count
        missing.removeAll { uids.contains($0) }
        if missing.count < before { losses = 0 }
        return missing.count < before
    }

    mutating func gaveUp(_ uid: UID) { missing.removeAll { $0 == uid } }

    /// The server said OK.
    /// - Returns: messages that it did not give although it was asked twice.
    mutating func completed(_ asked: [UID]) -> [UID] {
        let notGiven = asked.filter { missing.contains($0) }
        let final = notGiven.filter { askedTwice.contains($0) }
        askedTwice.formUnion(notGiven)
        missing.removeAll { final.contains($0) }
        return final
    }

    /// The server said NO.
    /// - Returns: the message that it will not give.
    mutating func refused(_ asked: [UID]) -> UID? {
        let notGiven = asked.filter { missing.contains($0) }
        guard asked.count == 1 else {
            isSingle = true
            return nil
        }
        if let uid = notGiven.first { gaveUp(uid) }
        return notGiven.first
    }

    /// The connection was lost while these were awaited.
    /// - Returns: the message that it was lost over again and again.
    mutating func lost(_ asked: [UID]) -> UID? {
        losses += 1
        let isOverOne = isSingle && asked.count == 1
        guard losses > (isOverOne ? StoreLimits.lossesOverOne : StoreLimits.lossesBeforeSingle) else { return nil }
        let notGiven = asked.filter { missing.contains($0) }
        guard isSingle, asked.count == 1, let uid = notGiven.first else {
            isSingle = true
            losses = 0
            return nil
        }
        losses = 0
        gaveUp(uid)
        return uid
    }
}
