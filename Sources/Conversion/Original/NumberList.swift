/// Whole numbers in the form they have in a container: a list takes no more memory than it takes bytes there.
struct NumberList: Equatable {
    private(set) var count = 0
    /// Each as ``VariableInteger`` writes it.
    private(set) var bytes: [UInt8] = []

    mutating func append(_ number: Int) {
        VariableInteger.append(number, to: &bytes)
        count += 1
    }

    /// The number that begins at `position`, which moves behind it; nil at the end.
    func next(_ position: inout Int) -> Int? { VariableInteger.next(in: bytes[...], at: &position) }
}
