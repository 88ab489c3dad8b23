/// Which mailbox is next: in order, so many at a time, and of one server no more than it bears.
struct RunQueue<Job> {
    private var waiting: [Job]
    private let jobs: Int
    private let perServer: Int
    private let server: (Job) -> String?
    private var running = 0
    private var atServer: [String: Int] = [:]

    /// - Parameters:
    ///   - jobs: at the same time, at least 1.
    ///   - perServer: of them at one server, at least 1.
    ///   - server: nil for what is on this machine.
    init(_ waiting: [Job], jobs: Int, perServer: Int, server: @escaping (Job) -> String?) {
        self.waiting = waiting
        self.jobs = max(jobs, 1)
        self.perServer = max(perServer, 1)
        self.server = server
    }

    /// The next job, which runs from now on; nil where none may begin.
    mutating func next() -> Job? {
        guard running < jobs, let index = waiting.firstIndex(where: { hasRoom(for: $0) }) else { return nil }
        let job = waiting.remove(at: index)
        running += 1
        if let server = server(job) { atServer[server, default: 0] += 1 }
        return job
    }

    mutating func finished(_ job: Job) {
        running -= 1
        if let server = server(job) { atServer[server, default: 0] -= 1 }
    }

    /// Takes out jobs that have not begun.
    mutating func withdraw(where isMeant: (Job) -> Bool = { _ in true }) -> [Job] {
        defer { waiting.removeAll(where: isMeant) }
        return waiting.filter(isMeant)
    }

    private func hasRoom(for job: Job) -> Bool {
        server(job).map { atServer[$0, default: 0] < perServer } ?? true
    }
}
