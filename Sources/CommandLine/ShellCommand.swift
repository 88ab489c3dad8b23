import Configuration
import Glibc

/// A shell command that somebody has configured, run to its end or to a bound: one that hangs must not hang the run.
struct ShellCommand: Sendable {
    static let usualBound: Duration = .seconds(60)

    let text: String
    /// After that it gets SIGTERM.
    var bound = Self.usualBound
    /// After that, SIGKILL.
    var grace: Duration = .seconds(5)
    /// Whether all that it starts can be stopped with it. Not where there is a terminal: a command that asks somebody for the
    /// password there may read only as one of our own group.
    var hasOwnGroup = !Self.hasTerminal
    /// Asked now and then whether nobody wants it any more; it is stopped then.
    var isCancelled: @Sendable () -> Bool = { false }
    /// Told of the process.
    var started: @Sendable (pid_t) -> Void = { _ in }

    enum Failure: Error, Equatable {
        case cannotRun
        case timedOut
        case cancelled
        /// Another exit status than 0, or the signal that ended it.
        case failed(String)
        /// It ended before it had read all.
        case notTaken
    }

    init(_ text: String) {
        self.text = text
    }

    /// What a message may name of it: no argument, and no value of a variable.
    var name: String {
        let words = ShellUserName.written(text).split { $0 == " " || $0 == "\t" || $0 == "\n" }
        return words.first { !$0.contains("=") }.map(String.init) ?? "the command"
    }

    /// What it prints.
    /// - Parameter longest: bytes after which the rest is not read.
    func output(longest: Int) throws(Failure) -> [UInt8] {
        let pipe = try makePipe()
        var reading = pipe.read
        defer { if reading >= 0 { close(reading) } }
        let process = try start(pipe.write, as: STDOUT_FILENO)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        try wait(for: process, pipe.read, Int16(POLLIN)) {
            let count = Glibc.read(pipe.read, &buffer, buffer.count)
            if count < 0 { return errno == EINTR || errno == EAGAIN }
            bytes += buffer[..<count]
            if count > 0, bytes.count < longest { return true }
            // One that goes on printing gets to know that nobody listens.
            close(reading)
            reading = -1
            return false
        }
        return bytes
    }

    /// Lets it read `input`.
    func take(_ input: [UInt8]) throws(Failure) {
        let pipe = try makePipe()
        var writing = pipe.write
        defer { if writing >= 0 { close(writing) } }
        _ = fcntl(pipe.write, F_SETFL, O_NONBLOCK)
        let process = try start(pipe.read, as: STDIN_FILENO)
        var rest = input[...]
        try wait(for: process, pipe.write, Int16(POLLOUT)) {
            let count = rest.withUnsafeBytes { Glibc.write(pipe.write, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { return true }
            rest = rest.dropFirst(max(count, 0))
            if count >= 0, !rest.isEmpty { return true }
            // Only so does it see the end.
            close(writing)
            writing = -1
            return false
        }
        guard rest.isEmpty else { throw .notTaken }
    }

    private func makePipe() throws(Failure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .cannotRun }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static var hasTerminal: Bool {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        if terminal >= 0 { close(terminal) }
        return terminal >= 0
    }
}

/// The process.
extension ShellCommand {
    /// - Parameter descriptor: becomes the command's standard input or output, and is closed here.
    private func start(_ descriptor: Int32, as standard: Int32) throws(Failure) -> pid_t {
        defer { close(descriptor) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, descriptor, standard)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // This process waits for signals in its own way, which a command would inherit: it could not be stopped.
        var usual = sigset_t()
        sigemptyset(&usual)
        posix_spawnattr_setsigmask(&attributes, &usual)
        for signal in [SIGTERM, SIGINT, SIGPIPE] { sigaddset(&usual, signal) }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        let group = hasOwnGroup ? POSIX_SPAWN_SETPGROUP : 0
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))
        let words: [String] = ["sh", "-c", text]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, environ) == 0 else {
            throw .cannotRun
        }
        started(process)
        return process
    }

    /// How often it is looked whether a command has ended, where nothing else tells.
    private static let milliseconds: Int32 = 20

    /// Calls `transfer` whenever the descriptor is ready, until that returns false; waits for the end of the process.
    /// - Throws: where it does not end well, or in time.
    private func wait(
        for process: pid_t, _ descriptor: Int32, _ events: Int16, transfer: () -> Bool
    ) throws(Failure) {
        let deadline = ContinuousClock.now + bound
        var isOpen = true
        while true {
            // Asked first: what it has written before it ended is still to be read then.
            let hasEnded = Self.hasEnded(process)
            if isOpen {
                var ready = pollfd(fd: descriptor, events: events, revents: 0)
                if poll(&ready, 1, hasEnded ? 0 : Self.milliseconds) > 0 {
                    isOpen = transfer()
                    if isOpen, ContinuousClock.now < deadline { continue }
                }
            }
            if hasEnded { break }
            guard ContinuousClock.now < deadline else {
                stop(process)
                throw .timedOut
            }
            guard !isCancelled() else {
                stop(process)
                throw .cancelled
            }
            if !isOpen { Self.pause() }
        }
        try Self.checkEnd(Self.reap(process))
    }

    private func stop(_ process: pid_t) {
        let target = hasOwnGroup ? -process : process
        kill(target, SIGTERM)
        let deadline = ContinuousClock.now + grace
        while !Self.hasEnded(process), ContinuousClock.now < deadline { Self.pause() }
        // Before it is reaped: its number is nobody else's until then. What of its group has not ended goes too.
        kill(target, SIGKILL)
        _ = Self.reap(process)
    }

    private static func pause() { _ = poll(nil, 0, milliseconds) }

    /// Leaves it to be reaped.
    private static func hasEnded(_ process: pid_t) -> Bool {
        var information = siginfo_t()
        let result = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
        return result != 0 && errno != EINTR || information.si_signo == SIGCHLD
    }

    private static func reap(_ process: pid_t) -> Int32 {
        // Where nobody can tell how it ended: as if it had failed.
        var status: Int32 = 0xFF00
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private static func checkEnd(_ status: Int32) throws(Failure) {
        guard status != 0 else { return }
        let signal = status & 0x7F
        throw .failed(signal == 0 ? "status \(status >> 8 & 0xFF)" : "signal \(signal)")
    }
}
