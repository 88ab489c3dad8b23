internal import MIME

/// Where in a message the content of something that is stored with it comes from.
struct PartOrigin {
    enum Target {
        /// The attachment at the end of the path.
        case attachment
        /// Properties of the message at the end of the path.
        case body, html, headers
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
    /// A body that is text in the message as it is in the property, or an encoding of that, can be made from it.
    func noteBodies(_ segments: [BodySelection.Segment]) {
        guard segments.count == 1, let segment = segments.first else { return }
        note(segment.plain, .body)
        note(segment.rich, .html)
    }

    private func note(_ parts: [Part], _ target: PartOrigin.Target) {
        guard parts.count == 1, let part = parts.first else { return }
        switch part.transferEncoding {
        case .base64, .identity, .quotedPrintable: note(part.content, part.transferEncoding, target)
        case .uuencode: break
        }
    }

    /// The header block, whose beginning is this.
    func noteHeaders(_ range: Range<Int>) {
        note(range, .identity, .headers)
    }

    private func note(_ range: Range<Int>, _ encoding: TransferEncoding, _ target: PartOrigin.Target) {
        record.origins.append(
            PartOrigin(
                target: target, path: path, stream: PartStream(file: source.file, range: range, encoding: encoding)))
    }
}
