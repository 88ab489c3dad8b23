internal import MAPI

/// One attachment while its attributes come in — [MS-OXTNEF] 2.1.3.3. Valid only inside the scope that lent the
/// buffer.
struct TNEFAttachment {
    private let codePage: Int32
    private var list: TNEFPropertyList
    private var data: UnsafeRawBufferPointer?
    private var title: String?
    private var transportName: String?
    private var renderingPosition: UInt32?
    private var dates = PropertyBag()

    init(codePage: Int32) {
        self.codePage = codePage
        list = TNEFPropertyList(codePage: codePage)
    }

    var skipped: [String] { list.skipped }
    var object: TNEFPropertyList.Object? { list.attachmentObject }

    mutating func add(_ attribute: TNEFAttribute) throws(TNEFError) {
        var reader = attribute.reader
        switch attribute.identifier {
        case .attachmentRendering:
            // Type (file, OLE), position in the RTF, width, height, flags; some writers leave it empty.
            guard reader.remaining > 0 else { return }
            _ = try reader.word16(.renderingData)
            renderingPosition = try reader.word32(.renderingData)
        case .attachmentData: data = attribute.content
        case .attachmentTitle: title = text(attribute)
        case .attachmentTransportName: transportName = text(attribute)
        case .attachmentCreated: dates[.creationTime] = try TNEFDate.time(reader).map { .time($0) }
        case .attachmentModified: dates[.lastModificationTime] = try TNEFDate.time(reader).map { .time($0) }
        case .attachmentProperties: try list.add(&reader)
        default: break
        }
    }

    private func text(_ attribute: TNEFAttribute) -> String {
        CodePage.text(TNEFPropertyList.terminated(attribute.content), codePage: codePage)
    }

    /// The properties of the attachment, without method and content.
    var properties: PropertyBag {
        var result = list.properties
        for entry in result.fixed where TNEFDiscardedProperties.contains(entry.tag.id, isEmbedded: true) {
            result[entry.tag] = nil
        }
        for entry in dates.fixed where result[entry.tag] == nil { result[entry.tag] = entry.value }
        if result.integer32(.renderingPosition) == nil {
            result[.renderingPosition] = .integer32(Int32(bitPattern: renderingPosition ?? .max))
        }
        let names = [result.string(.attachLongFilename), title, result.string(.attachFilename), transportName]
        // Messages and OLE objects are no files; their title is a filler.
        let method = result.integer32(.attachMethod)
        let isFile = object?.interface != .messageInterface && method != 5 && method != 6
        if isFile, let name = names.compactMap({ $0 }).first(where: { !$0.isEmpty }) {
            result[.attachLongFilename] = .string(name)
            if result.string(.attachFilename) == nil { result[.attachFilename] = .string(name) }
            if result.string(.displayName) == nil { result[.displayName] = .string(name) }
            if result.string(.attachExtension) == nil, let dot = name.lastIndex(of: "."), dot != name.startIndex {
                result[.attachExtension] = .string(String(name[dot...]))
            }
        }
        return result
    }

    /// Content and method of an attachment that is no message. What is not one of the known forms is kept by
    /// value, so that its bytes can still be saved.
    func content() -> (AttachmentContent, Int32) {
        let method = list.properties.integer32(.attachMethod) ?? 1
        if let object {
            if Self.isCompoundFile(object.content) && (object.interface == .storageInterface || method == 6) {
                return (.storage(Array(object.content)), 6)
            }
            return (.bytes(Array(object.content)), 1)
        }
        if let content = list.attachmentData ?? data {
            if method == 6 && Self.isCompoundFile(content) { return (.storage(Array(content)), 6) }
            return (.bytes(Array(content)), 1)
        }
        switch method {
        case 2, 3, 4, 7: return (.none, method)
        default: return (.bytes([]), 1)
        }
    }

    private static func isCompoundFile(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 8 && bytes.prefix(8).elementsEqual([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
    }
}
