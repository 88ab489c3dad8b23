import BinaryIO
public import MAPI
public import PSTNDB

/// Changing properties.
extension PropertyContextEditor {
    /// Gives a property a value, whatever type it had. Values above 1,024 bytes become subnodes, as in
    /// ``PropertyContextBuilder``.
    public mutating func set(_ id: UInt16, _ value: PropertyValue) throws(LTPError) {
        var bytes: [UInt8] = []
        PropertyValueEncoding.append(value, to: &bytes)
        let old = records[id]
        if let old, old.type == value.type, try isStored(bytes, in: old) { return }
        isChanged = true
        let new = Record(type: value.type, word: try store(bytes, type: value.type, replacing: old))
        records[id] = new
        var stored: [UInt8] = []
        stored.append(littleEndian: new.type.rawValue)
        stored.append(littleEndian: new.word)
        if old == nil {
            var record: [UInt8] = []
            record.append(littleEndian: id)
            try tree.insert(record + stored, into: &heap)
        } else {
            guard let place = try tree.locate(UInt32(id), in: &heap) else {
                throw .damaged(structure: "BTH", field: "key", found: "none", expected: "property \(id)")
            }
            try heap.overwrite(place.item, at: place.offset, with: stored)
        }
    }

    public mutating func set(_ tag: PropertyTag, _ value: PropertyValue) throws(LTPError) { try set(tag.id, value) }

    /// Removes a property; an object goes with its subnode.
    /// - Returns: whether there was one.
    @discardableResult
    public mutating func remove(_ id: UInt16) throws(LTPError) -> Bool {
        guard let old = records[id] else { return false }
        isChanged = true
        try giveBack(old)
        records[id] = nil
        return try tree.remove(UInt32(id), from: &heap)
    }

    private func isStored(_ bytes: [UInt8], in record: Record) throws(LTPError) -> Bool {
        if PropertyValueEncoding.isInline(record.type) { return Self.word(bytes) == record.word }
        // What cannot be read is not that value.
        return (try? self.bytes(of: record, limit: max(bytes.count, 1))) == bytes
    }

    private static func word(_ bytes: [UInt8]) -> UInt32 {
        var word: UInt32 = 0
        for (position, byte) in bytes.prefix(4).enumerated() { word |= UInt32(byte) << (8 * UInt32(position)) }
        return word
    }

    /// - Returns: dwValueHnid.
    private mutating func store(
        _ bytes: [UInt8], type: PropertyType, replacing old: Record?
    ) throws(LTPError) -> UInt32 {
        // The place of the old value serves again where it is its own and of the right kind.
        let place = old.flatMap { $0.type != .object && isOnlyReference($0) ? $0 : nil }
        if !PropertyValueEncoding.isInline(type), let place {
            let isLarge = bytes.count > PropertyContextBuilder.largestHeapValue
            if isLarge, let node = subnode(of: place), entries[node] != nil {
                return setSubnode(node, bytes)
            }
            if !isLarge, subnode(of: place) == nil {
                return try heap.replace(HeapID(rawValue: place.word), with: bytes).rawValue
            }
        }
        if let old { try giveBack(old) }
        if PropertyValueEncoding.isInline(type) { return Self.word(bytes) }
        if bytes.count <= PropertyContextBuilder.largestHeapValue { return try heap.allocate(bytes).rawValue }
        // Unique within the node is all a subnode's id has to be.
        var node = try inDatabase { () throws(NDBError) in try database.newNodeID(.ltp) }
        while entries[node] != nil { node = try inDatabase { () throws(NDBError) in try database.newNodeID(.ltp) } }
        return setSubnode(node, bytes)
    }

    private mutating func setSubnode(_ node: NodeID, _ bytes: [UInt8]) -> UInt32 {
        newValues[node] = bytes
        entries[node] = SubnodeEntry(id: node, data: .none, subnodes: .none)
        subnodesAreChanged = true
        return node.rawValue
    }

    /// Frees what only this record refers to.
    private mutating func giveBack(_ record: Record) throws(LTPError) {
        guard isOnlyReference(record) else { return }
        if record.type == .object {
            // A record that is damaged leads to nothing.
            let object = try? bytes(of: record, limit: 64)
            if let node = object?.loadLittleEndian(UInt32.self, at: 0) { removeSubnode(NodeID(rawValue: node)) }
        }
        if let node = subnode(of: record) {
            removeSubnode(node)
        } else {
            try heap.free(HeapID(rawValue: record.word))
        }
    }

    private mutating func removeSubnode(_ node: NodeID) {
        guard entries.removeValue(forKey: node) != nil else { return }
        newValues[node] = nil
        subnodesAreChanged = true
    }

    /// Whether a record has a value elsewhere that no other record has, too.
    private func isOnlyReference(_ record: Record) -> Bool {
        guard Self.isReference(record.type), record.word != 0 else { return false }
        return records.values.count { Self.isReference($0.type) && $0.word == record.word } == 1
    }
}

/// Writing.
extension PropertyContextEditor {
    /// Writes what has changed; nothing where nothing has.
    /// - Parameter sizeProperty: an Integer32 property that gets ``objectSize()`` if anything has changed. Saturates at
    ///   2^31 - 1.
    /// - Returns: the object's new top blocks; the caller enters them. The references of the old ones are given back.
    public mutating func write(
        sizeProperty: UInt16? = nil
    ) throws(LTPError) -> (data: BlockID, subnodes: BlockID) {
        guard isChanged else { return (heap.tree.top, subnodes) }
        if let sizeProperty {
            // The record is there before the size is computed, and does not change it.
            if records[sizeProperty]?.type != .integer32 { try set(sizeProperty, .integer32(0)) }
            try set(sizeProperty, .integer32(Int32(clamping: objectSize())))
        }
        if subnodesAreChanged { try writeSubnodes() }
        try heap.write(to: database)
        isChanged = false
        return (heap.tree.top, subnodes)
    }

    private mutating func writeSubnodes() throws(LTPError) {
        for (node, bytes) in newValues.sorted(by: { $0.key < $1.key }) {
            let data = try inDatabase { () throws(NDBError) in
                var writer = DataTreeWriter()
                try bytes.withBytes { (bytes) throws(NDBError) in try writer.append(bytes, to: database) }
                return try writer.finish(in: database)
            }
            entries[node] = SubnodeEntry(id: node, data: data, subnodes: .none)
        }
        var list = entries.values.sorted { $0.id < $1.id }
        let new = newValues
        subnodes = try inDatabase { () throws(NDBError) in
            // What stays gets a reference of the new tree before the old tree, which another object may have, too,
            // gives up its own.
            for (position, entry) in list.enumerated() where new[entry.id] == nil {
                list[position] = SubnodeEntry(
                    id: entry.id, data: try database.share(entry.data), subnodes: try database.share(entry.subnodes))
            }
            let top = try database.writeSubnodes(list)
            try database.release(subnodes)
            return top
        }
        for entry in list { entries[entry.id] = entry }
        newValues = [:]
        subnodesAreChanged = false
    }
}
