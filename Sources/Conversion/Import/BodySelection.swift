internal import MIME

/// Which parts are the body and which are attachments — [MS-OXCMAIL] 2.2.3.3.2. Nothing is read but structure.
struct BodySelection {
    /// A stretch of body: the same text in up to two forms. Several stand one below the other.
    struct Segment {
        /// Parts of the plain form, in order.
        var plain: [Part] = []
        /// Parts of the rich form, in order; plain parts among them stand between HTML.
        var rich: [Part] = []
    }

    /// A part that becomes an attachment.
    struct Item {
        enum Form {
            /// Its decoded content.
            case content
            /// The undecoded entity, header and all: a multipart that could not be divided.
            case entity
            /// Text before the first or after the last boundary, where there is more than the usual remark.
            case leftover(Range<Int>)
        }

        let part: Part
        var form = Form.content
    }

    private(set) var segments: [Segment] = []
    private(set) var items: [Item] = []

    init(root: Part) {
        walk(root, mayBeBody: true, namesMatter: false)
    }

    private init() {}

    /// The part whose content lies there has become something else than an attachment.
    mutating func removeItem(at content: Range<Int>) {
        items.removeAll { $0.part.content == content }
    }

    mutating func appendLeftover(_ range: Range<Int>, of part: Part) {
        items.append(Item(part: part, form: .leftover(range)))
    }

    /// - Parameter namesMatter: a text with a file name is a file; but not at the top or as an alternative.
    private mutating func walk(_ part: Part, mayBeBody: Bool, namesMatter: Bool) {
        guard part.isMultipart else {
            leaf(part, mayBeBody: mayBeBody, namesMatter: namesMatter)
            return
        }
        if part.children.isEmpty {
            undivided(part, mayBeBody: mayBeBody)
            return
        }
        let mayBeBody = mayBeBody && part.disposition?.isAttachment != true
        switch part.type.subtype {
        case "alternative": alternative(part, mayBeBody: mayBeBody)
        case "related": related(part, mayBeBody: mayBeBody)
        case "signed", "report":
            for (index, child) in part.children.enumerated() {
                walk(child, mayBeBody: mayBeBody && index == 0, namesMatter: false)
            }
        case "encrypted":
            for child in part.children { walk(child, mayBeBody: false, namesMatter: true) }
        case "appledouble":
            // The data fork is the file; the resource fork before it means nothing outside a Macintosh.
            if let data = part.children.last { walk(data, mayBeBody: false, namesMatter: true) }
        default:
            for child in part.children { walk(child, mayBeBody: mayBeBody, namesMatter: true) }
        }
    }

    private mutating func leaf(_ part: Part, mayBeBody: Bool, namesMatter: Bool) {
        guard mayBeBody, part.isBodyText, part.disposition?.isAttachment != true,
            !(namesMatter && part.hasFileName), hasRoom(for: part)
        else {
            items.append(Item(part: part))
            return
        }
        segments.append(part.isPlainText ? Segment(plain: [part]) : Segment(rich: [part]))
    }

    private func hasRoom(for part: Part) -> Bool {
        let limit = segments.isEmpty ? ImportLimits.bodyLength : ImportLimits.appendedBodyLength
        return part.content.count <= limit && segments.count < ImportLimits.bodySegments
    }

    /// A multipart whose boundary never came: its text, if that is all there is to show, otherwise a file.
    private mutating func undivided(_ part: Part, mayBeBody: Bool) {
        if mayBeBody, segments.isEmpty, !part.isTooDeep, part.content.count <= ImportLimits.bodyLength {
            segments.append(Segment(plain: [part]))
        } else {
            items.append(Item(part: part, form: .entity))
        }
    }

    /// The first plain text and the last HTML, for alternatives grow in quality; `text/enriched` where there is no
    /// HTML. What is neither (a calendar, a picture) is an attachment, except AMP, which only repeats the HTML.
    private mutating func alternative(_ part: Part, mayBeBody: Bool) {
        guard mayBeBody else {
            for child in part.children { walk(child, mayBeBody: false, namesMatter: true) }
            return
        }
        let kinds = part.children.map { $0.bodyKind }
        let plain = kinds.firstIndex(of: .plain)
        let rich = kinds.lastIndex(of: .html) ?? kinds.lastIndex(of: .enriched)
        var segment = Segment()
        for (index, child) in part.children.enumerated() {
            guard index == plain || index == rich else {
                if child.type.isType("text", "x-amp-html") { continue }
                walk(child, mayBeBody: false, namesMatter: true)
                continue
            }
            var inner = BodySelection()
            inner.walk(child, mayBeBody: true, namesMatter: false)
            items.append(contentsOf: inner.items)
            if index == rich {
                segment.rich.append(contentsOf: inner.segments.flatMap { $0.rich.isEmpty ? $0.plain : $0.rich })
                if plain == nil { segment.plain.append(contentsOf: inner.plainForm) }
            } else {
                segment.plain.append(contentsOf: inner.segments.flatMap { $0.plain.isEmpty ? $0.rich : $0.plain })
            }
        }
        if !segment.plain.isEmpty || !segment.rich.isEmpty { segments.append(segment) }
    }

    /// The plain form of all segments, if each has one.
    private var plainForm: [Part] {
        segments.allSatisfy { !$0.plain.isEmpty } ? segments.flatMap(\.plain) : []
    }

    /// The root part is the body, the others are its pictures ([MS-OXCMAIL] 2.2.3.4.1.4.1 decides which are hidden).
    private mutating func related(_ part: Part, mayBeBody: Bool) {
        let root = part.relatedRoot
        for (index, child) in part.children.enumerated() {
            walk(child, mayBeBody: mayBeBody && index == root, namesMatter: index != root)
        }
    }
}

/// The kinds of text that can be a body.
enum BodyKind {
    case plain, html, enriched
}

extension Part {
    var isPlainText: Bool { type.isType("text", "plain") || (isMultipart && children.isEmpty) }
    var isEnriched: Bool { type.type == "text" && (type.subtype == "enriched" || type.subtype == "richtext") }
    var isBodyText: Bool { type.isType("text", "plain") || type.isType("text", "html") || isEnriched }

    var hasFileName: Bool { fileName != nil }

    /// As written in the header: Content-Disposition before Content-Type.
    var fileName: String? {
        for name in [
            disposition?.parameters["filename"], type.parameters["name"], disposition?.parameters["name"],
        ] {
            if let name, !name.isEmpty { return name }
        }
        return nil
    }

    /// The best kind of body inside; nil where there is none.
    var bodyKind: BodyKind? {
        if disposition?.isAttachment == true { return nil }
        if type.isType("text", "plain") { return .plain }
        if type.isType("text", "html") { return .html }
        if isEnriched { return .enriched }
        guard isMultipart, !children.isEmpty else { return nil }
        switch type.subtype {
        case "related": return children[relatedRoot].bodyKind
        case "alternative":
            let kinds = children.compactMap(\.bodyKind)
            return kinds.contains(.html) ? .html : kinds.contains(.enriched) ? .enriched : kinds.first
        case "encrypted", "digest", "appledouble": return nil
        case "signed", "report": return children[0].bodyKind
        default:
            let kinds = children.compactMap { $0.isMultipart || !$0.hasFileName ? $0.bodyKind : nil }
            return kinds.contains(.html) ? .html : kinds.first
        }
    }

    /// Index of the child that `start` names, else of the first that can be a body, else 0 — RFC 2387 3.2.
    var relatedRoot: Int {
        if let start = type.parameters["start"] {
            let identifier = start.filter { $0 != "<" && $0 != ">" && $0 != " " }
            if let index = children.firstIndex(where: { $0.contentID == identifier }) { return index }
        }
        if children.first?.bodyKind != nil { return 0 }
        return children.firstIndex { $0.bodyKind != nil } ?? 0
    }
}
