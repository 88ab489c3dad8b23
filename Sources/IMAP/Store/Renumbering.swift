import MailStore

/// Knows messages again whose ids all changed, without looking at their contents. Where two could be meant, neither is:
/// a message fetched twice is better than one taken for another.
struct Renumbering {
    private(set) var pairs: [(was: MessageID, row: ContentsRow)] = []
    private(set) var unmatchedRows: [ContentsRow] = []
    private(set) var unmatchedGiven: [MessageID] = []

    private enum Trait: Hashable {
        case persistent(String)
        case received(size: Int, time: String)
    }

    init(given: [GivenMessage], rows: [ContentsRow]) {
        guard !given.isEmpty else {
            unmatchedRows = rows
            return
        }
        var byTrait: [Trait: [GivenMessage]] = [:]
        for message in given {
            guard let trait = Self.trait(message.persistentID, message.size, message.location) else { continue }
            byTrait[trait, default: []].append(message)
        }
        var rowsByTrait: [Trait: Int] = [:]
        for row in rows {
            guard let trait = Self.trait(row.persistentID, row.size, row.location) else { continue }
            rowsByTrait[trait, default: 0] += 1
        }
        var matched: Set<MessageID> = []
        for row in rows {
            guard let trait = Self.trait(row.persistentID, row.size, row.location), rowsByTrait[trait] == 1,
                let candidates = byTrait[trait], candidates.count == 1
            else {
                unmatchedRows.append(row)
                continue
            }
            pairs.append((candidates[0].id, row))
            matched.insert(candidates[0].id)
        }
        unmatchedGiven = given.map(\.id).filter { !matched.contains($0) }
    }

    private static func trait(_ persistentID: String?, _ size: Int, _ location: String) -> Trait? {
        if let persistentID { return .persistent(persistentID) }
        return size > 0 && !location.isEmpty ? .received(size: size, time: location) : nil
    }
}
