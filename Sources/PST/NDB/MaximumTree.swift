/// Numbers in a row, of which the first that is large enough is found in logarithmic time.
struct MaximumTree {
    private(set) var count = 0
    /// Leaves of the tree, a power of two.
    private var capacity = 1
    /// The number at `capacity + position`, and above each pair the larger of the two; the root is at 1.
    private var nodes: [UInt16] = [0, 0]

    subscript(position: Int) -> UInt16 {
        get { nodes[capacity + position] }
        set {
            var node = capacity + position
            nodes[node] = newValue
            while node > 1 {
                node /= 2
                let larger = max(nodes[2 * node], nodes[2 * node + 1])
                guard nodes[node] != larger else { return }
                nodes[node] = larger
            }
        }
    }

    mutating func append(_ value: UInt16) {
        if count == capacity { double() }
        count += 1
        self[count - 1] = value
    }

    private mutating func double() {
        let leaves = nodes[capacity...]
        let larger = capacity * 2
        var doubled = [UInt16](repeating: 0, count: 2 * larger)
        doubled.replaceSubrange(larger..<larger + leaves.count, with: leaves)
        for node in stride(from: larger - 1, to: 0, by: -1) {
            doubled[node] = max(doubled[2 * node], doubled[2 * node + 1])
        }
        (nodes, capacity) = (doubled, larger)
    }

    /// The first position with at least `value`.
    func first(atLeast value: UInt16) -> Int? {
        guard count > 0, nodes[1] >= value else { return nil }
        var node = 1
        while node < capacity { node = nodes[2 * node] >= value ? 2 * node : 2 * node + 1 }
        return node - capacity
    }
}
