import Testing
import TestSupport
@Test("probe") func probe() throws {
    for f in ["2003_no-encryption_quickquick", "msgInMsg","sample1","sample2","submessage","testPST","unicodeAttachmentFilename","dist-list"] {
        let folder = try #require(SharedMaterial.folder)
        let ms = try LibpstReader.messages(of: folder + "/corpus/pst/\(f).pst")
        print("==", f, ms.count, BuiltProgram.mailbackup)
        for m in ms.prefix(4) { print(m.folder, m.messageClass, m.subject.debugDescription, m.fromName, "|", m.fromAddress, "|", m.senderName, "|", m.senderAddress, "|", m.displayTo, m.messageID, m.submitTime ?? 0, m.deliveryTime ?? 0, m.body?.count ?? -1, m.html?.count ?? -1, m.headers?.count ?? -1, m.attachments.map { "\($0.name) \($0.method) \($0.data.count) \($0.embedded.map(\.subject))" }) }
    }
}
