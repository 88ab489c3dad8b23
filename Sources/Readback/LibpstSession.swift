internal import CLibpst
import Glibc

/// An open file of libpst.
final class LibpstSession {
    /// Deeper nesting than any mailbox of the tests has.
    private static let maximumDepth = 200

    private let file: UnsafeMutablePointer<pst_file>
    private(set) var folders: [[String]] = []

    /// - Parameter file: open; closed with the session.
    private init(file: UnsafeMutablePointer<pst_file>) {
        self.file = file
    }

    static func open(_ path: String) throws -> LibpstSession {
        let file = UnsafeMutablePointer<pst_file>.allocate(capacity: 1)
        memset(file, 0, MemoryLayout<pst_file>.size)
        guard pst_open(file, path, "utf-8") == 0 else {
            file.deallocate()
            throw LibpstError(description: "libpst cannot open \(path)")
        }
        return LibpstSession(file: file)
    }

    deinit {
        pst_close(file)
        file.deallocate()
    }

    /// Calls `body` for every item with its NID, folder by folder; an item that libpst cannot read is an error in its
    /// place and does not end the walk.
    func forEachItem(_ body: (UInt32, Result<LibpstMessage, any Error>) throws -> Void) throws {
        guard pst_load_index(file) == 0 else { throw LibpstError(description: "libpst cannot load the index") }
        pst_load_extended_attributes(file)
        guard let root = pst_parse_item(file, file.pointee.d_head, nil) else {
            throw LibpstError(description: "libpst finds no message store")
        }
        defer { pst_freeItem(root) }
        guard let top = pst_getTopOfFolders(file, root) else {
            throw LibpstError(description: "libpst finds no top of the folders")
        }
        try readChildren(of: top, path: [], body)
    }

    private func readChildren(
        of parent: UnsafeMutablePointer<pst_desc_tree>, path: [String],
        _ body: (UInt32, Result<LibpstMessage, any Error>) throws -> Void
    ) throws {
        guard path.count < Self.maximumDepth else { throw LibpstError(description: "folders too deep") }
        var next = parent.pointee.child
        while let entry = next {
            next = entry.pointee.next
            guard entry.pointee.desc != nil else { continue }
            guard let item = pst_parse_item(file, entry, nil) else {
                let error = LibpstError(description: "libpst cannot read node \(entry.pointee.d_id) in \(path)")
                try body(UInt32(truncatingIfNeeded: entry.pointee.d_id), .failure(error))
                continue
            }
            defer { pst_freeItem(item) }
            if item.pointee.folder != nil {
                let names = path + [text(item, &item.pointee.file_as)]
                folders.append(names)
                try readChildren(of: entry, path: names, body)
            } else {
                let result = Result { try message(item, folder: path, depth: 0) }
                try body(UInt32(truncatingIfNeeded: entry.pointee.d_id), result)
            }
        }
    }

    private func message(
        _ item: UnsafeMutablePointer<pst_item>, folder: [String], depth: Int
    ) throws -> LibpstMessage {
        guard depth < Self.maximumDepth else { throw LibpstError(description: "embedded messages too deep") }
        var message = LibpstMessage()
        message.folder = folder
        message.type = item.pointee.type
        message.messageClass = item.pointee.ascii_type.map { String(cString: $0) } ?? ""
        message.flags = item.pointee.flags
        message.subject = text(item, &item.pointee.subject)
        message.body = optionalText(item, &item.pointee.body)
        message.codePage = item.pointee.internet_cpid
        if let email = item.pointee.email {
            message.messageID = text(item, &email.pointee.messageid)
            message.fromName = text(item, &email.pointee.outlook_sender_name)
            message.fromAddress = text(item, &email.pointee.sender_address)
            message.senderName = text(item, &email.pointee.outlook_sender_name2)
            message.senderAddress = text(item, &email.pointee.sender2_address)
            message.displayTo = text(item, &email.pointee.sentto_address)
            message.displayCc = text(item, &email.pointee.cc_address)
            message.displayBcc = text(item, &email.pointee.bcc_address)
            message.submitTime = seconds(email.pointee.sent_date)
            message.deliveryTime = seconds(email.pointee.arrival_date)
            message.headers = optionalText(item, &email.pointee.header)
            if let html = email.pointee.htmlbody.str {
                message.html = Array(UnsafeRawBufferPointer(start: html, count: strlen(html)))
            }
        }
        var next = item.pointee.attach
        while let attachment = next {
            next = attachment.pointee.next
            // libpst makes such an entry of each recipient row too.
            if attachment.pointee.method == PST_ATTACH_NONE && attachment.pointee.data.data == nil { continue }
            message.attachments.append(try self.attachment(attachment, of: item, depth: depth))
        }
        // libpst puts each before those it has.
        message.attachments.reverse()
        return message
    }

    private func attachment(
        _ source: UnsafeMutablePointer<pst_item_attach>, of item: UnsafeMutablePointer<pst_item>, depth: Int
    ) throws -> LibpstAttachment {
        var attachment = LibpstAttachment()
        let long = text(item, &source.pointee.filename2)
        attachment.name = long.isEmpty ? text(item, &source.pointee.filename1) : long
        attachment.mimeType = text(item, &source.pointee.mimetype)
        attachment.contentID = text(item, &source.pointee.content_id)
        attachment.method = source.pointee.method
        guard attachment.method == PST_ATTACH_EMBEDDED else {
            let data = pst_attach_to_mem(file, source)
            if let bytes = data.data {
                attachment.data = Array(UnsafeRawBufferPointer(start: bytes, count: data.size))
                // What was small lies in the item, which frees it; what was read for us is ours.
                if bytes != source.pointee.data.data { free(bytes) }
            }
            return attachment
        }
        guard let block = pst_getID(file, source.pointee.i_id) else {
            throw LibpstError(
                description: "libpst does not find the embedded message in \(text(item, &item.pointee.subject))")
        }
        var entry = pst_desc_tree()
        entry.desc = block
        guard let inner = pst_parse_item(file, &entry, source.pointee.id2_head) else {
            throw LibpstError(
                description: "libpst cannot read the embedded message in \(text(item, &item.pointee.subject))")
        }
        defer { pst_freeItem(inner) }
        attachment.embedded = [try message(inner, folder: [], depth: depth + 1)]
        return attachment
    }

    private func text(_ item: UnsafeMutablePointer<pst_item>, _ string: inout pst_string) -> String {
        optionalText(item, &string) ?? ""
    }

    private func optionalText(_ item: UnsafeMutablePointer<pst_item>, _ string: inout pst_string) -> String? {
        guard string.str != nil else { return nil }
        pst_convert_utf8(item, &string)
        return string.str.map { String(cString: $0) }
    }

    private func seconds(_ time: UnsafeMutablePointer<FILETIME>?) -> Int? {
        guard let time else { return nil }
        let ticks = UInt64(time.pointee.dwHighDateTime) << 32 | UInt64(time.pointee.dwLowDateTime)
        return Int(ticks / 10_000_000) - 11_644_473_600
    }
}
