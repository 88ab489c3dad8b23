import BinaryIO

/// Rows repeat properties of the objects they stand for, [MS-PST] 2.4.4.4, 2.4.4.5 and 2.4.6.1: type for type and byte
/// for byte.
extension Rule {
    static let rowDiffers = Rule(
        "row-differs", .error, "[MS-PST] 2.4.4.5", "a cell differs from the property it repeats", .repair)
    static let rowLacksCell = Rule(
        "row-lacks-cell", .error, "[MS-PST] 2.4.4.5", "a row lacks a cell for a property the object has", .repair)
    static let rowHasExtraCell = Rule(
        "row-extra-cell", any: nil, fresh: .error, "scanpst", "a row has a cell for a property the object lacks",
        .repair)
    static let rowSizeDiffers = Rule(
        "row-size-differs", any: .warning, fresh: .error, "[MS-PST] 2.4.4.5",
        "PidTagMessageSize of a row differs from the message", .repair)
    static let hierarchyRowDiffers = Rule(
        "hierarchy-row-differs", .error, "[MS-PST] 2.4.4.4", "a hierarchy row differs from the folder", .repair)
    static let attachmentRowDiffers = Rule(
        "attachment-row-differs", .error, "[MS-PST] 2.4.6.1", "an attachment row differs from the attachment", .repair)

    static let rows: [Rule] = [
        rowDiffers, rowLacksCell, rowHasExtraCell, rowSizeDiffers, hierarchyRowDiffers, attachmentRowDiffers,
    ]
}

/// How the rows of one kind of table are compared.
struct RowMirror {
    /// Cells that belong to the row alone, by property id.
    let own: Set<UInt16>
    let differs: Rule
    let lacks: Rule
    /// Only these are compared; nil for all.
    var only: Set<UInt16>?
    /// These may be missing from the row in files of any origin.
    var isLackMild = false

    /// PidTagLtpRowId, PidTagLtpRowVer, PidTagLtpParentNid and the cells of replication.
    private static let store: Set<UInt16> = [
        0x67F2, 0x67F3, 0x67F1, 0x0E30, 0x0E33, 0x0E34, 0x0E38, 0x0E3C, 0x0E3D,
    ]
    private static let replication: Set<UInt16> = [0x67F2, 0x67F3, 0x0E30, 0x0E33, 0x0E34]

    static func contents(_ profile: VerificationProfile, isAssociated: Bool) -> RowMirror {
        let fresh = replication.union(isAssociated ? [0x0E17] : [0x0E17, 0x3013])
        return RowMirror(own: profile == .fresh ? fresh : store, differs: .rowDiffers, lacks: .rowLacksCell)
    }

    static func hierarchy(_ profile: VerificationProfile) -> RowMirror {
        RowMirror(
            own: replication, differs: .hierarchyRowDiffers, lacks: .hierarchyRowDiffers,
            only: profile == .fresh ? nil : [0x3001, 0x3602, 0x3603, 0x360A, 0x3613])
    }

    static func attachments(_ profile: VerificationProfile) -> RowMirror {
        RowMirror(
            own: profile == .fresh ? [0x67F2, 0x67F3] : store, differs: .attachmentRowDiffers,
            lacks: .attachmentRowDiffers, isLackMild: true)
    }

    func compare(_ table: TableView, _ id: UInt32, _ row: UnsafeRawBufferPointer, with object: PropertyView) {
        let log = table.log
        let fresh = log.profile == .fresh
        // Both are sorted by id.
        let properties = object.properties
        var next = 0
        for (position, column) in table.columns.columns.enumerated() {
            while next < properties.count, properties[next].id < column.id { next += 1 }
            if own.contains(column.id) { continue }
            if let only, !only.contains(column.id) { continue }
            let property = next < properties.count && properties[next].id == column.id ? properties[next] : nil
            if case .absent = table.cells[position] {
                if let property, property.type == column.type {
                    if only != nil, !fresh, property.size == 0 { continue }
                    let isStandard = [0x0E20, 0x3704, 0x3705, 0x370B].contains(column.id)
                    log.report(
                        lacks, table.rowPlace(id), mildly: isLackMild && !fresh && !isStandard,
                        found: "no cell \(hexadecimal(column.tag))", expected: "a cell")
                }
                continue
            }
            guard let property, property.type == column.type else {
                log.report(
                    .rowHasExtraCell, table.rowPlace(id), found: "a cell \(hexadecimal(column.tag))",
                    expected: property.map { "type \(hexadecimal($0.type))" } ?? "none")
                continue
            }
            guard !isEqual(table, position, row, object, property) else { continue }
            report(table, id, row, position, object, property)
        }
    }

    private func isEqual(
        _ table: TableView, _ position: Int, _ row: UnsafeRawBufferPointer, _ object: PropertyView,
        _ property: PropertyView.Property
    ) -> Bool {
        if case .subnode(let left) = table.cells[position], case .subnode(let right) = property.content, left == right {
            return true
        }
        let same = table.withCell(position, of: row) { cell in
            object.withBytes(property) { cell.elementsEqual($0) }
        }
        // What could not be read has been reported.
        return (same ?? nil) ?? true
    }

    private func report(
        _ table: TableView, _ id: UInt32, _ row: UnsafeRawBufferPointer, _ position: Int, _ object: PropertyView,
        _ property: PropertyView.Property
    ) {
        let column = table.columns.columns[position]
        let cell = table.withCell(position, of: row) { hexadecimal($0) } ?? ""
        let value = object.withBytes(property) { hexadecimal($0) } ?? ""
        let rule = column.id == 0x0E08 && differs == .rowDiffers ? Rule.rowSizeDiffers : differs
        table.log.report(
            rule, table.rowPlace(id), found: "\(hexadecimal(column.tag)) = \(cell)", expected: value)
    }
}
