import PSTVerification
import Testing

@Suite("The rules of the structural check")
struct RuleTests {
    @Test("have ids that are words joined by hyphens, each once")
    func ids() {
        #expect(Set(Rule.all.map(\.id)).count == Rule.all.count)
        for rule in Rule.all {
            #expect(rule.id.allSatisfy { $0.isLowercase || $0 == "-" || $0.isNumber }, "\(rule.id)")
        }
    }

    @Test("name the section they enforce, what is wrong, and apply to some file")
    func completeness() {
        for rule in Rule.all {
            #expect(rule.section.hasPrefix("[MS-PST] ") || rule.section == "scanpst", "\(rule.id)")
            #expect(!rule.meaning.isEmpty, "\(rule.id)")
            #expect(rule.any != nil || rule.fresh != nil, "\(rule.id)")
        }
    }

    @Test("are never milder for a file of our own than for any other, but for those that are replaced by stricter ones")
    func profiles() {
        for rule in Rule.all {
            guard let any = rule.any, let fresh = rule.fresh else { continue }
            #expect(any <= fresh, "\(rule.id)")
        }
    }
}
