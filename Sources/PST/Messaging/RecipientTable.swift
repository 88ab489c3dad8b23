import MAPI
import PSTLTP
import PSTNDB
import Synchronization

/// The recipient table of a message, subnode 0x692 — [MS-PST] 2.4.5.3.
enum RecipientTable {
    /// Makes a recipient obey what readers and the repair tool rely on: names of at most 255 units, the five cells that
    /// Outlook has in every row.
    static func normalized(_ recipient: Recipient) -> PropertyBag {
        var properties = recipient.properties
        let address = properties.string(.emailAddress) ?? properties.string(.smtpAddress) ?? ""
        var name = properties.string(.displayName) ?? ""
        if name.isEmpty { name = address }
        // Changed only where it has to be: most rows need not be copied.
        let stored = SubjectEncoding.truncated(name.replacingNUL(), to: SubjectEncoding.longest)
        if properties.string(.displayName) != stored { properties[.displayName] = .string(stored) }
        if properties.string(.emailAddress) == nil { properties[.emailAddress] = .string(address) }
        if properties.integer32(.recipientType) == nil { properties[.recipientType] = .integer32(1) }
        if properties.string(.addressType) == nil { properties[.addressType] = .string("SMTP") }
        for required in [PropertyTag.entryId, .searchKey] where properties.binary(required) == nil {
            properties[required] = .binary([])
        }
        return properties
    }

    /// Always made, also without rows: the specification demands it and some readers refuse a message without.
    static func build(_ rows: [PropertyBag], into images: inout BlockImages) throws(PSTError) -> NodeImage {
        var extra: [PropertyTag] = []
        for row in rows {
            for (tag, _) in row.fixed where !isStructural(tag) {
                if !TableTemplates.recipientTags.contains(tag), !extra.contains(tag) { extra.append(tag) }
            }
        }
        let schema = schema(extra)
        return try inTables { () throws(LTPError) in
            var table = try TableContext(schema: schema)
            for (position, row) in rows.enumerated() {
                var cells = TableRow(schema: schema)
                for (tag, value) in row.fixed where !isStructural(tag) { cells.set(tag, value) }
                // Row ids start at 1; 0 is not taken for a row.
                let id = UInt32(position + 1)
                try table.append(cells, id: id, version: id, images: &images)
            }
            return try table.build(into: &images)
        }
    }

    /// The columns of the last tables, which are those of the next one as a rule.
    private static let lastSchema = Mutex<(extra: [PropertyTag], schema: TableSchema)>(([], TableTemplates.recipients))

    /// The columns that every table has, and these.
    private static func schema(_ extra: [PropertyTag]) -> TableSchema {
        let extra = extra.sorted()
        let last = lastSchema.withLock { $0 }
        if last.extra == extra { return last.schema }
        // cCols has one byte.
        let fitting = extra.prefix(255 - 2 - TableTemplates.recipientTags.count)
        let schema = TableSchema(TableTemplates.recipientTags + fitting)
        lastSchema.withLock { $0 = (extra, schema) }
        return schema
    }

    private static func isStructural(_ tag: PropertyTag) -> Bool {
        tag.id == PropertyTag.ltpRowId.id || tag.id == PropertyTag.ltpRowVer.id || tag.id >= 0x8000
    }

    /// PidTagDisplayTo, -Cc or -Bcc: the names of the rows of one type, in their order. The repair tool composes it
    /// anew and compares, so nothing is shortened; nil, not empty, without any.
    static func displayList(_ rows: [PropertyBag], type: Int32) -> String? {
        var list = ""
        var isFirst = true
        for row in rows where (row.integer32(.recipientType) ?? 0) & 15 == type {
            if !isFirst { list += "; " }
            list += row.string(.displayName) ?? ""
            isFirst = false
        }
        return list.isEmpty ? nil : list
    }
}

extension String {
    /// Without NUL characters, which a PST string cannot hold.
    func replacingNUL() -> String {
        utf8.contains(0) ? String(String.UnicodeScalarView(unicodeScalars.filter { $0.value != 0 })) : self
    }
}
