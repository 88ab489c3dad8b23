/// What is to become of some properties of an object; all others stay as they are.
public struct PropertyChanges: Sendable {
    /// New values.
    public var values = PropertyBag()
    /// Properties that are to go, whatever their type.
    public var removed: [PropertyTag] = []
    public var removedNames: [NamedProperty] = []

    public init() {}

    public var isEmpty: Bool { values.isEmpty && removed.isEmpty && removedNames.isEmpty }
}
