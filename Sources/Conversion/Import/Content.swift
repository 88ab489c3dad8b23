internal import MAPI
internal import MIME

/// What kind of content a message has, and the rules for it — [MS-OXCMAIL] 2.2.3.2.15.
extension MessageImport {
    mutating func importContent() {
        let root = structure.root
        if let form = SMIMEForm(root) {
            importSMIME(form)
            return
        }
        var selection = BodySelection(root: root)
        collectLeftovers(root, into: &selection)
        let report = report()
        if let report { selection.removeItem(at: report.part.content) }
        let encapsulation = report == nil ? encapsulationPart : nil
        let inner = encapsulation.flatMap(unpack)
        if let encapsulation, inner != nil { selection.removeItem(at: encapsulation.content) }
        var html: [UInt8]?
        if inner.map(Self.hasBody) != true { html = setBodies(selection.segments) }
        setAttachments(selection.items, html: html)
        if let report { apply(report) }
        if let inner { merge(inner) }
    }

    /// Whole parts can stand outside the boundaries of a damaged message. What is no more than a remark is passed over,
    /// as RFC 2046 5.1.1 says.
    private func collectLeftovers(_ part: Part, into selection: inout BodySelection) {
        guard part.isMultipart, !part.children.isEmpty else { return }
        for range in [part.prologue, part.epilogue] where isSubstantial(source.slice(range)) {
            record.report("text outside the parts of a \(part.type.name) was kept as a file")
            selection.appendLeftover(range, of: part)
        }
        for child in part.children { collectLeftovers(child, into: &selection) }
    }

    private func isSubstantial(_ text: UnsafeRawBufferPointer) -> Bool {
        if text.count < ImportLimits.remarkLength {
            return Self.holdsPart(text)
        }
        return text.contains { $0 > 0x20 }
    }

    private static func holdsPart(_ text: UnsafeRawBufferPointer) -> Bool {
        let key = Array("content-".utf8)
        guard text.count >= key.count else { return false }
        for start in 0...text.count - key.count where start == 0 || text[start - 1] == 0x0A {
            if zip(text[start..<start + key.count], key).allSatisfy({ $0 | 0x20 == $1 || $0 == $1 }) { return true }
        }
        return false
    }
}
