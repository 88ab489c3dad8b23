import ArgumentParser

/// A small mailbox with one message of every kind: what quickstart copies and the end-to-end tests start with.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "A small mailbox with one message of every kind.")

    @Argument(help: "Directory to create.") var directory: String

    func run() throws {
        var tree = try MaildirTree(creating: directory)
        let messages = try textSamples() + charsetSamples() + attachmentSamples() + oddSamples()
        var created: Set<[String]> = [[]]
        for names in [["Archive"], ["Empty folder"]] + messages.map(\.folder) where created.insert(names).inserted {
            _ = try tree.makeFolder(names)
        }
        for message in messages {
            let folder = tree.directory(of: message.folder)
            try tree.deliver(into: folder, flags: message.flags, modified: message.delivered) { file in
                try file.write(message.content)
            }
        }
        // The letters a, b, c of file names in this folder.
        try MaildirTree.write(
            "0 Project\n1 $Label1\n2 unused\n", to: tree.directory(of: ["Archive", "2025"]) + "/dovecot-keywords",
            modified: SampleClock.start)
    }
}
