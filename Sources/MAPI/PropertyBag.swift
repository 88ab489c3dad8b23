/// The properties of one object: fixed ones by tag, named ones by name. At most one value per id or name,
/// as in a property context ([MS-PST] 2.3.3); setting again replaces.
///
/// Mail has some sixty properties, so a plain array with a linear look-up beats a hash table here.
public struct PropertyBag: Sendable, Equatable {
    public private(set) var fixed: [(tag: PropertyTag, value: PropertyValue)] = []
    public private(set) var named: [(name: NamedProperty, value: PropertyValue)] = []

    public init() {}

    public mutating func reserveCapacity(fixed count: Int) {
        fixed.reserveCapacity(count)
    }

    public var isEmpty: Bool { fixed.isEmpty && named.isEmpty }

    /// The value of a fixed property; nil where absent **or of another type** than the tag says.
    public subscript(tag: PropertyTag) -> PropertyValue? {
        get {
            // By position: an entry that is not wanted is not to be copied.
            for position in fixed.indices where fixed[position].tag == tag { return fixed[position].value }
            return nil
        }
        set {
            guard let newValue else {
                fixed.removeAll { $0.tag.id == tag.id }
                return
            }
            // The tag follows the value: a property context cannot hold a value under another type.
            let entry = (tag: PropertyTag(id: tag.id, type: newValue.type), value: newValue)
            for position in fixed.indices where fixed[position].tag.id == tag.id {
                fixed[position] = entry
                return
            }
            fixed.append(entry)
        }
    }

    public subscript(name: NamedProperty) -> PropertyValue? {
        get {
            for position in named.indices where named[position].name == name { return named[position].value }
            return nil
        }
        set {
            guard let newValue else {
                named.removeAll { $0.name == name }
                return
            }
            for position in named.indices where named[position].name == name {
                named[position].value = newValue
                return
            }
            named.append((name, newValue))
        }
    }

    public static func == (left: PropertyBag, right: PropertyBag) -> Bool {
        left.fixed.count == right.fixed.count && left.named.count == right.named.count
            && left.fixed.allSatisfy { right[$0.tag] == $0.value }
            && left.named.allSatisfy { right[$0.name] == $0.value }
    }
}

/// Typed reading: nil where absent or of another type.
extension PropertyBag {
    public func string(_ tag: PropertyTag) -> String? {
        if case .string(let text)? = self[tag] { return text }
        return nil
    }

    public func binary(_ tag: PropertyTag) -> [UInt8]? {
        if case .binary(let bytes)? = self[tag] { return bytes }
        return nil
    }

    public func integer32(_ tag: PropertyTag) -> Int32? {
        if case .integer32(let number)? = self[tag] { return number }
        return nil
    }

    public func boolean(_ tag: PropertyTag) -> Bool? {
        if case .boolean(let flag)? = self[tag] { return flag }
        return nil
    }

    public func time(_ tag: PropertyTag) -> FileTime? {
        if case .time(let time)? = self[tag] { return time }
        return nil
    }
}
