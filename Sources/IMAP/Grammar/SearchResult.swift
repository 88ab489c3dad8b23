/// mailbox-data "SEARCH" and esearch-response: which messages were found — RFC 3501 7.2.5, RFC 9051 7.3.4.
public struct SearchResult: Hashable, Sendable {
    public var uids: UIDSet
    /// Of an ESEARCH: the tag of the command.
    public var tag: String?
}

extension FrameReader {
    /// *(SP nz-number) [SP "(" "MODSEQ" SP mod-sequence-value ")"].
    mutating func searchResult() throws(GrammarError) -> SearchResult {
        var uids: [UID] = []
        while take(" ") {
            if isAtEnd { break }
            if next == UInt8(ascii: "(") {
                try skipValue("search-sort-mod-seq")
                continue
            }
            guard uids.count < GrammarLimits.elements else { throw wrong("SEARCH") }
            uids.append(UID(rawValue: try number("SEARCH")))
        }
        return SearchResult(uids: UIDSet(uids))
    }

    /// [search-correlator] [SP "UID"] *(SP search-return-data).
    mutating func extendedSearchResult() throws(GrammarError) -> SearchResult {
        var result = SearchResult(uids: UIDSet())
        while take(" ") {
            if isAtEnd { break }
            if take("(") {
                guard takeWord("TAG") else { throw wrong("search-correlator") }
                try space("search-correlator")
                result.tag = String(decoding: try astring("search-correlator"), as: UTF8.self)
                try expect(")", "search-correlator")
            } else if takeWord("UID") {
                continue
            } else {
                let name = try word("search-return-data")
                try space(name)
                if name == "ALL" { result.uids = try uidSet(name) } else { try skipValue(name) }
            }
        }
        return result
    }
}
