import ArgumentParser
import Glibc

/// A mailbox to measure with: sizes follow a log-normal distribution, as those of real mailboxes roughly do.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "A mailbox of made-up mail with a given distribution of sizes.")

    @Option(help: "Number of messages.") var messages: Int
    @Option(help: "Median size of a message, in bytes.") var median: Int
    @Option(help: "Largest message, in bytes.") var largest: Int
    @Option(help: "Size of the mailbox, in bytes; met approximately.") var total: Int
    @Option(help: "Number of folders.") var folders = 20
    @Option(help: "Start of the random sequence.") var seed: UInt64 = 1
    @Argument(help: "Directory to create.") var directory: String

    mutating func validate() throws {
        guard messages > 0, median > 0, folders > 0, largest >= median, total / messages >= median else {
            throw ValidationError("positive numbers, please, with median <= total / messages and median <= largest")
        }
    }

    func run() throws {
        var random = SplitMix64(seed: seed)
        var composer = MessageComposer(seed: random.next())
        // A log-normal distribution has the mean: median * exp(sigma^2 / 2).
        let sigma = (2 * log(Double(total) / Double(messages) / Double(median))).squareRoot()

        var tree = try MaildirTree(creating: directory)
        var paths = [tree.path]
        for index in 1..<max(folders, 2) where paths.count < folders {
            let year = "\(2005 + index % 20)"
            paths.append(try tree.makeFolder(index < 20 ? ["Archive", year] : ["Projects", "Project \(index)", year]))
        }

        for index in 0..<messages {
            let deviate = exp(sigma * random.normal())
            let size = Int(min(Double(median) * deviate, Double(largest)))
            let date = 1_500_000_000 + index * 97
            let state = random.below(10)
            // One in ten is unread, and then half the time not even seen by a client.
            let flags: String? =
                switch state {
                case 0: random.below(2) == 0 ? nil : ""
                case 1...2: "RS"
                case 3: "FS"
                default: "S"
                }
            try tree.deliver(into: paths[random.below(paths.count)], flags: flags, modified: date) { file in
                try composer.compose(size, date: date, to: &file)
            }
        }
    }
}
