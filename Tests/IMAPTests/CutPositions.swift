import Synchronization
import TestSupport

/// Random places at which to cut.
final class CutPositions: Sendable {
    private let generator: Mutex<SeededGenerator>
    private let largest: Int

    init(seed: UInt64, largest: Int) {
        generator = Mutex(SeededGenerator(seed: seed))
        self.largest = largest
    }

    func next() -> Int { generator.withLock { Int.random(in: 1...largest, using: &$0) } }
}
