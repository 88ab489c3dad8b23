public import MailStore

/// What the PST tells of where everything in it came from: read from the file, as the last checkpoint left it.
extension PSTStore {
    public func inventory() throws(StoreError) -> [InventoryFolder] { try openInventory().inventory() }

    public func inventory(of folder: FolderID) throws(StoreError) -> [InventoryMessage] {
        try openInventory().inventory(of: folder)
    }

    private func openInventory() throws(StoreError) -> PSTInventory {
        if let openedInventory { return openedInventory }
        let opened = try PSTInventory.open(at: path)
        openedInventory = opened
        return opened
    }
}
