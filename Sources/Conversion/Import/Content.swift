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
        let selection = BodySelection(root: root)
        let html = setBodies(selection.segments)
        setAttachments(selection.items, html: html)
    }
}
