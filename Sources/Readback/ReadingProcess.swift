import Glibc

/// libpst in a process of its own: it trusts its input and keeps global state, so it may crash or hang there.
struct ReadingProcess {
    enum Outcome: Equatable {
        case finished
        /// It ended before the last item; how.
        case failed(String)
    }

    let program: [String]
    /// Seconds without output after which it is ended.
    let silence: Int

    /// Runs the program and calls `body` with each line.
    /// - Parameter prepare: what can be done while the program starts.
    func run(prepare: () -> Void, _ body: (ItemLine.Content) -> Void) -> Outcome {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return .failed("no pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child = start(output: ends[1])
        close(ends[1])
        defer { close(ends[0]) }
        guard case .success(let process) = child else {
            if case .failure(let error) = child {
                return .failed("cannot start \(program.first ?? ""): errno \(error.code)")
            }
            return .failed("cannot start")
        }
        prepare()
        let (isComplete, reason) = read(ends[0], body)
        if !isComplete { kill(process, SIGKILL) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        if isComplete { return .finished }
        let signal = status & 0x7F
        if let reason { return .failed(reason) }
        return .failed(
            signal != 0 && signal != SIGKILL
                ? "it crashed (signal \(signal))" : "it ended early (status \(status >> 8 & 0xFF))")
    }

    private struct StartError: Error {
        let code: Int32
    }

    private func start(output: Int32) -> Result<pid_t, StartError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        // What libpst says of the file is for its developers.
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = program.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let code = posix_spawn(&process, program.first ?? "", &actions, nil, arguments, environ)
        return code == 0 ? .success(process) : .failure(StartError(code: code))
    }

    /// - Returns: whether the last line came, and why reading stopped where it was not for the end of output.
    private func read(_ descriptor: Int32, _ body: (ItemLine.Content) -> Void) -> (isComplete: Bool, reason: String?) {
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, Int32(clamping: silence * 1000))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return (false, "no sign of life for \(silence) seconds") }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return (false, nil) }
            var start = 0
            while let end = buffer[start..<count].firstIndex(of: 0x0A) {
                pending += buffer[start..<end]
                guard let content = ItemLine.decode(pending) else { return (false, "its output is not readable") }
                if content == .end { return (true, nil) }
                body(content)
                pending.removeAll(keepingCapacity: true)
                start = end + 1
            }
            pending += buffer[start..<count]
            guard pending.count <= ItemLine.longest else { return (false, "its output is too long") }
        }
    }
}
