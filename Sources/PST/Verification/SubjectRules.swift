/// PidTagSubject as a PST holds it, [MS-PST] 2.5.3.1.1.1.
extension Rule {
    static let subjectMark = Rule(
        "subject-mark", .error, "[MS-PST] 2.5.3.1.1.1", "the mark of the subject's prefix is malformed", .item)
    static let subjectUnmarked = Rule(
        "subject-unmarked", any: nil, fresh: .warning, "scanpst", "a subject has no mark of its prefix", .none)
    static let subjectLong = Rule(
        "subject-long", any: nil, fresh: .error, "scanpst", "a subject or topic has more than 255 characters", .item)
    static let subjectControl = Rule(
        "subject-control", any: nil, fresh: .error, "scanpst", "a subject or topic has a control character", .item)

    static let subjects: [Rule] = [subjectMark, subjectUnmarked, subjectLong, subjectControl]
}

enum SubjectRule {
    static func check(_ message: PropertyView, isAssociated: Bool) {
        let log = message.file.log
        if let topic = message.text(0x0070) {
            if topic.count > 255 { log.report(.subjectLong, message.place, found: "a topic of \(topic.count) units") }
            if topic.contains(where: { $0 < 0x20 }) {
                log.report(.subjectControl, message.place, found: "in the topic")
            }
        }
        guard let subject = message.text(0x0037), let first = subject.first else { return }
        if subject.count > 255 { log.report(.subjectLong, message.place, found: "\(subject.count) units") }
        guard first == 1 else {
            if !isAssociated { log.report(.subjectUnmarked, message.place, found: "no mark") }
            if subject.contains(where: { $0 < 0x20 }) { log.report(.subjectControl, message.place, found: "a control") }
            return
        }
        let length = subject.count > 1 ? Int(subject[1]) : 0
        if length < 1 || length > subject.count - 1 {
            log.report(
                .subjectMark, message.place, found: "a prefix of \(length - 1)",
                expected: "at most \(max(0, subject.count - 2))")
        }
        if subject.dropFirst(2).contains(where: { $0 < 0x20 }) {
            log.report(.subjectControl, message.place, found: "a control character")
        }
    }
}
