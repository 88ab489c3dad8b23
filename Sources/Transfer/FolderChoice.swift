import MailStore

extension RunAccount {
    /// The folders of a source that a run is about; tells the start of the run and what of the selection meets nothing.
    /// - Throws: `.noInput` where no folder is selected.
    func choose(
        from table: HierarchyTable, _ selection: FolderSelection, source: String, destination: String
    ) throws(StoreError) -> [FolderInfo] {
        let all = table.folders
        let selected = all.filter { selection.selects($0, among: all) }
        let chosen = Set(selected.map(\.id))
        report(
            .runStarted(
                RunStart(
                    source: source, destination: destination, folders: selected.count,
                    skipped: all.filter { !chosen.contains($0.id) }.map(\.path))))
        let unmatched = selection.unmatched(in: all).map { "'\($0.text)'" }
        // A store without any folder, of which nothing in particular is wanted, is copied as it is.
        guard !selected.isEmpty || (all.isEmpty && unmatched.isEmpty) else {
            let reason = unmatched.isEmpty ? "is selected" : "matches \(unmatched.joined(separator: ", "))"
            throw StoreError(.noInput, "no folder of \(source) \(reason)")
        }
        for problem in table.problems { tell(problem) }
        for pattern in unmatched { tell(StoreError(.noInput, "no folder matches \(pattern)")) }
        return selected
    }

    /// Tells which of the Message-IDs asked for no message has.
    func tellMissing(_ selection: MessageSelection, _ found: FoundMessageIDs) {
        for id in selection.messageIDs.subtracting(found.value).sorted() {
            tell(StoreError(.noInput, "no message has the Message-ID <\(id)>"))
        }
    }

    /// - Throws: ``StoreError/Code/badData`` where a message was listed of which nobody knows what became.
    func checkAgreement() throws(StoreError) {
        guard !counts.agree else { return }
        throw StoreError(
            .badData,
            "counts do not agree: \(counts.listed) messages listed, \(counts.saved) saved, "
                + "\(counts.alreadyThere) already there, \(counts.notSelected) not selected, "
                + "\(counts.vanished) vanished, \(counts.failed) failed")
    }
}

extension TransferProgress.Totals {
    mutating func add(_ rows: [ContentsRow], _ selection: MessageSelection) {
        for row in rows where selection.mayMatch(row) {
            messages += 1
            bytes = bytes.addingReportingOverflow(row.size).partialValue
        }
    }
}

extension [FolderInfo] {
    /// Roles by path. Where several folders have a role ("Sent", "Gesendet") the first of the tree has it in the copy.
    var rolesByPath: [FolderPath: FolderRole] {
        var roles: [FolderPath: FolderRole] = [:]
        var taken: Set<FolderRole> = []
        for folder in self {
            if let role = folder.role, taken.insert(role).inserted { roles[folder.path] = role }
        }
        return roles
    }
}
