import BinaryIO

/// PC, [MS-PST] 2.3.3: reads and judges every property of an object.
final class PropertyView {
    struct Property {
        enum Content {
            case inline(UInt32)
            case heap(UInt32)
            /// A value in a subnode: its data block.
            case subnode(UInt64)
            /// PtypObject.
            case object(UInt32)
            case empty
            /// Could not be read; reported.
            case broken
        }

        let id: UInt16
        let type: UInt16
        let content: Content
        /// Bytes of the value; of an object, the size in its record.
        let size: Int
    }

    let content: NodeContent
    let heap: HeapView
    /// In ascending order of the ids.
    private(set) var properties: [Property] = []
    /// How often something refers to each subnode.
    private(set) var uses: [UInt8]

    var file: FileUnderCheck { content.file }
    var place: Place { content.place }

    /// - Returns: nil where there is no property context, which is reported.
    init?(_ content: NodeContent) {
        guard let heap = HeapView(content, client: HeapView.Client.properties) else { return nil }
        self.content = content
        self.heap = heap
        uses = Array(repeating: 0, count: content.subnodes.count)
        guard
            var walk = HeapTreeWalk(heap, header: heap.root, keySize: 2, valueSizes: [6], content.place)
        else { return nil }
        properties.reserveCapacity(48)
        walk.visitRecords { record in
            self.add(
                id: record.loadLittleEndian(UInt16.self, at: 0) ?? 0,
                type: record.loadLittleEndian(UInt16.self, at: 2) ?? 0,
                value: record.loadLittleEndian(UInt32.self, at: 4) ?? 0)
        }
    }

    private func tag(_ id: UInt16, _ type: UInt16) -> String { hexadecimal(UInt32(id) << 16 | UInt32(type)) }

    private func add(id: UInt16, type: UInt16, value: UInt32) {
        let log = file.log
        if id == 0 { log.report(.propertyID, place, found: tag(id, type)) }
        if id >= 0x8000 { file.namesInProperties[Int(id & 0x7FFF)] = true }
        guard ValueType.isLegal(type) else {
            log.report(.valueType, place, found: tag(id, type))
            return
        }
        func append(_ content: Property.Content, _ size: Int) {
            properties.append(Property(id: id, type: type, content: content, size: size))
        }
        if let size = ValueType.fixedSize(type), size <= 4 {
            if type == ValueType.boolean, value & 0xFF > 1 {
                log.report(.valueBoolean, place, found: "\(tag(id, type)) = \(value)")
            }
            if size < 4, value >> UInt32(8 * size) != 0 {
                log.report(.valueInlineRest, place, found: "\(tag(id, type)) = \(hexadecimal(value))", expected: "0")
            }
            append(.inline(value), size)
        } else if value == 0 {
            if ValueType.fixedSize(type) != nil || type == ValueType.object {
                log.report(.valueReference, place, found: "\(tag(id, type)): HNID 0")
            }
            append(.empty, 0)
        } else if value & 0x1F != 0 {
            addSubnodeValue(id, type, value, append)
        } else if type == ValueType.object {
            addObject(id, type, value, append)
        } else {
            let size = heap.item(value) { bytes in
                file.checkValue(bytes, type: type, id: id, place)
                return bytes.count
            }
            guard let size else {
                log.report(.valueReference, place, found: "\(tag(id, type)): HID \(hexadecimal(value))")
                return append(.broken, 0)
            }
            if size > 1024, file.log.profile == .fresh {
                log.report(
                    size > 3580 ? .valueTooLarge : .valueLarge, place, found: "\(tag(id, type)) of \(size) bytes")
            }
            append(.heap(value), size)
        }
    }

    private func addSubnodeValue(
        _ id: UInt16, _ type: UInt16, _ value: UInt32, _ append: (Property.Content, Int) -> Void
    ) {
        let log = file.log
        guard let subnode = content.subnode(value) else {
            log.report(.valueReference, place, found: "\(tag(id, type)): subnode \(hexadecimal(value))")
            return append(.broken, 0)
        }
        use(value)
        if NodeKind.of(value) != NodeKind.value {
            log.report(.valueSubnodeType, place, found: "\(tag(id, type)): \(hexadecimal(value))")
        }
        let blocks = file.dataBlocks(of: subnode.data, place)
        file.checkFull(blocks, place)
        if ValueType.fixedSize(type) != nil {
            log.report(.valueSize, place, found: "\(tag(id, type)) in a subnode")
        } else if type == ValueType.object {
            log.report(.valueObject, place, found: "\(tag(id, type)): HNID is a NID")
        } else if type == ValueType.string {
            file.checkText(blocks, id: id, place)
        } else if type == ValueType.binary || type == ValueType.string8 {
            for block in blocks { _ = file.stored(block) }
        } else {
            file.data(of: subnode.data, place).withUnsafeBytes { file.checkValue($0, type: type, id: id, place) }
        }
        append(.subnode(subnode.data), file.dataSize(of: subnode.data))
    }

    private func addObject(
        _ id: UInt16, _ type: UInt16, _ value: UInt32, _ append: (Property.Content, Int) -> Void
    ) {
        guard let record = heap.bytes(value) else { return append(.broken, 0) }
        guard record.count == 8, let node = record.loadLittleEndian(UInt32.self, at: 0),
            let size = record.loadLittleEndian(UInt32.self, at: 4)
        else {
            file.log.report(.valueObject, place, found: "\(tag(id, type)): \(record.count) bytes", expected: "8")
            return append(.broken, 0)
        }
        guard content.subnode(node) != nil else {
            file.log.report(.valueReference, place, found: "\(tag(id, type)): object \(hexadecimal(node))")
            return append(.broken, 0)
        }
        use(node)
        append(.object(node), Int(size))
    }

    /// Notes a reference to a subnode.
    func use(_ id: UInt32) {
        guard let position = content.position(id), uses[position] < 3 else { return }
        uses[position] += 1
    }

    /// Call when everything that may refer to a subnode has been looked at.
    func finish() {
        heap.finish()
        file.checkSubnodeUse(content, uses)
    }
}

extension FileUnderCheck {
    func checkSubnodeUse(_ content: NodeContent, _ uses: [UInt8]) {
        for (subnode, count) in zip(content.subnodes, uses) {
            // Types 0x01 and 0x16 are bookkeeping of Outlook's own.
            if count == 0, NodeKind.of(subnode.id) != 0x01, NodeKind.of(subnode.id) != 0x16 {
                log.report(.subnodeUnused, content.place, found: hexadecimal(subnode.id))
            } else if count > 1 {
                log.report(.subnodeShared, content.place, found: hexadecimal(subnode.id))
            }
        }
    }
}

/// Reading.
extension PropertyView {
    subscript(id: UInt16) -> Property? {
        var low = 0
        var high = properties.count
        while low < high {
            let middle = (low + high) / 2
            if properties[middle].id < id { low = middle + 1 } else { high = middle }
        }
        guard low < properties.count, properties[low].id == id else { return nil }
        return properties[low]
    }

    func has(_ id: UInt16, _ type: UInt16) -> Bool { self[id]?.type == type }

    /// The value of an inline property, in 32 bits.
    func integer(_ id: UInt16) -> UInt32? {
        guard case .inline(let value)? = self[id]?.content else { return nil }
        return value
    }

    /// The bytes of a value, at most 64 MB of them.
    func withBytes<Result>(_ property: Property, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        switch property.content {
        case .inline(let value):
            withUnsafeBytes(of: value.littleEndian) { body(UnsafeRawBufferPointer(rebasing: $0[..<property.size])) }
        case .heap(let id): heap.item(id, marking: false, body)
        case .subnode(let block): file.data(of: block, place).withUnsafeBytes(body)
        case .empty: body(UnsafeRawBufferPointer(start: nil, count: 0))
        case .object, .broken: nil
        }
    }

    func bytes(_ id: UInt16) -> [UInt8]? {
        self[id].flatMap { withBytes($0) { Array($0) } }
    }

    /// The units of a string; of a String8 its bytes.
    func text(_ id: UInt16) -> [UInt16]? {
        guard let property = self[id], property.type == ValueType.string || property.type == ValueType.string8 else {
            return nil
        }
        return withBytes(property) { utf16Units($0, isWide: property.type == ValueType.string) }
    }

    func string(_ id: UInt16) -> String? { text(id).map { String(decoding: $0, as: UTF16.self) } }
}

func utf16Units(_ bytes: UnsafeRawBufferPointer, isWide: Bool) -> [UInt16] {
    guard isWide else { return bytes.map { UInt16($0) } }
    return (0..<bytes.count / 2).map { bytes.loadLittleEndian(UInt16.self, at: 2 * $0) ?? 0 }
}
