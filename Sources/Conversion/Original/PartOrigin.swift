internal import MIME

/// Where in a message the content of something that is stored with it comes from.
struct PartOrigin {
    enum Target {
        /// The attachment at the end of the path.
        case attachment
        /// Body properties of the message at the end of the path.
        case body, html
    }

    let target: Target
    /// Positions of attachments, the outermost first; that of the item itself is empty.
    var path: [Int]
    let stream: PartStream
}

extension ImportRecord {
    /// An attachment of the message at `path`, which takes this position among its attachments.
    func noteAttachment(_ stream: PartStream, of path: [Int], at position: Int) {
        origins.append(PartOrigin(target: .attachment, path: path + [position], stream: stream))
    }

    /// Attachments have been put before those of the message at `path`.
    func moveOrigins(of path: [Int], by count: Int) {
        for index in origins.indices where origins[index].path.count > path.count {
            guard origins[index].path.starts(with: path) else { continue }
            origins[index].path[path.count] += count
        }
    }
}

extension MessageImport {
    /// A body that is base64 text in the message takes most of its room, and can be made from the property.
    func noteBodies(_ segments: [BodySelection.Segment]) {
        guard segments.count == 1, let segment = segments.first else { return }
        note(segment.plain, .body)
        note(segment.rich, .html)
    }

    private func note(_ parts: [Part], _ target: PartOrigin.Target) {
        guard parts.count == 1, let part = parts.first, part.transferEncoding == .base64 else { return }
        record.origins.append(
            PartOrigin(
                target: target, path: path,
                stream: PartStream(file: source.file, range: part.content, encoding: .base64)))
    }
}
