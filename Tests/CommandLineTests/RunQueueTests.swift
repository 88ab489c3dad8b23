import TestSupport
import Testing

@testable import CommandLine

@Suite("The queue of a run")
struct RunQueueTests {
    private struct Job: Hashable {
        let number: Int
        let server: String?
    }

    private static func take(_ queue: inout RunQueue<Job>) -> [Int] {
        var numbers: [Int] = []
        while let job = queue.next() { numbers.append(job.number) }
        return numbers
    }

    @Test("Jobs begin in order, as many as may run; one that has to wait for its server lets others go first")
    func order() {
        let jobs = [
            Job(number: 1, server: "a"), Job(number: 2, server: "a"), Job(number: 3, server: "b"),
            Job(number: 4, server: nil), Job(number: 5, server: nil),
        ]
        var queue = RunQueue(jobs, jobs: 3, perServer: 1) { $0.server }
        #expect(Self.take(&queue) == [1, 3, 4])
        queue.finished(jobs[3])
        #expect(Self.take(&queue) == [5])
        queue.finished(jobs[4])
        #expect(Self.take(&queue) == [])
        queue.finished(jobs[0])
        #expect(Self.take(&queue) == [2])
    }

    @Test("What has not begun can be taken out, all or some")
    func withdrawal() {
        let jobs = (1...6).map { Job(number: $0, server: $0 % 2 == 0 ? "a" : nil) }
        var queue = RunQueue(jobs, jobs: 1, perServer: 1) { $0.server }
        #expect(Self.take(&queue) == [1])
        #expect(queue.withdraw { $0.server != nil }.map(\.number) == [2, 4, 6])
        queue.finished(jobs[0])
        #expect(Self.take(&queue) == [3])
        #expect(queue.withdraw().map(\.number) == [5])
        queue.finished(jobs[2])
        #expect(Self.take(&queue) == [])
    }

    @Test("Every job begins once, and bounds hold at every moment, whatever ends when")
    func histories() {
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let servers: [String?] = [nil, "a", "b", "c"]
            let jobs = (0..<Int.random(in: 0...40, using: &generator)).map { number in
                Job(number: number, server: servers[Int.random(in: 0..<4, using: &generator)])
            }
            let (most, perServer) = (Int.random(in: 1...6, using: &generator), Int.random(in: 1...3, using: &generator))
            var queue = RunQueue(jobs, jobs: most, perServer: perServer) { $0.server }
            var running: [Job] = []
            var begun: [Int] = []
            repeat {
                while let job = queue.next() {
                    running.append(job)
                    begun.append(job.number)
                }
                #expect(running.count <= most)
                for server in ["a", "b", "c"] { #expect(running.count { $0.server == server } <= perServer) }
                guard !running.isEmpty else { break }
                queue.finished(running.remove(at: Int.random(in: 0..<running.count, using: &generator)))
            } while true
            #expect(begun.sorted() == jobs.map(\.number))
        }
    }
}
