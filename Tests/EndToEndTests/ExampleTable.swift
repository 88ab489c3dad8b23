import Foundation

/// What tests must know of the examples in the documents that does not stand there.
enum ExampleTable {
    /// Commands that are not run, by how they begin, each with the reason.
    private static let notRun: [(beginning: String, reason: String)] = [
        ("Scripts/test", "is what runs this test"),
        ("Scripts/quickstart", "builds a release"),
        ("Scripts/install-packages", "changes the machine"),
        ("Scripts/install", "builds a release, changes the machine; Tests/EndToEndTests/InstallTests.swift"),
        ("Scripts/package", "builds a release, and a whole system around it"),
        ("Scripts/bench", "takes minutes, and needs a quiet machine"),
        ("Scripts/crash-test", "takes minutes"),
        ("Scripts/man-pages", "writes into the checkout; Tests/CommandLineTests/HelpTests.swift"),
        ("MAILBACKUP_", "is a test itself"),
        ("Scripts/fuzz", "takes as long as it is told"),
        ("Scripts/compare-readpst", "needs the shared test material, and minutes"),
        ("swift build", "is what built this test"),
        ("apt install", "changes the machine; Scripts/package-test"),
        ("systemctl", "needs systemd as the first process"),
        ("kubectl", "needs a cluster"), ("sbatch", "needs a cluster"), ("nomad", "needs a cluster"),
    ]

    static func reason(notToRun command: String) -> String? {
        notRun.first { command.hasPrefix($0.beginning) }?.reason
    }

    /// What has to happen before the examples of a document, by the document.
    static let preparations: [String: [String]] = [
        // Three nights have been.
        "docs/incremental.md": Array(
            repeating: "mailbackup copy --user fredb --source maildir:Maildir --out fredb.pst --since-state last",
            count: 3),
        // Whoever it names has a Maildir.
        "docs/configuration.md": ["mkdir -p home/{FredB,AnnaK}/Maildir/{cur,new,tmp}"],
        // A full copy, and two nights after it.
        "docs/rotation.md": [
            "mailbackup copy --user fredb --source maildir:Maildir --out fredb-2026-11-23.pst",
            "mailbackup copy --user fredb --source maildir:Maildir --out fredb-2026-11-24.pst --since-state last",
            "mailbackup copy --user fredb --source maildir:Maildir --out fredb-2026-11-25.pst --since-state last",
        ],
        // One night has been.
        "docs/monitoring.md": ["mailbackup copy --user fredb --source maildir:Maildir --out fredb.pst"],
    ]

    /// Configurations that a document does not show itself: everybody who has a Maildir.
    static let configurations: [String: String] = Dictionary(
        uniqueKeysWithValues: ["README.md", "docs/many-machines.md"].map { document in
            (document, "out = \"/var/backups/mailbackup/%u.pst\"\nusers.discover = \"maildir:/home/*/Maildir\"\n")
        })

    /// Servers that the documents name: a Dovecot stands in for all of them.
    static let servers = ["mail.example.com", "exchange.example.com", "outlook.office365.com", "imap.gmail.com"]

    /// Exit statuses other than 0, by a part of the command.
    static let statuses: [(part: String, status: Int32, reason: String)] = [
        ("imaps://exchange.example.com", 77, "Dovecot does not know Exchange's form of a logon"),
        ("--oauth-token-command", 77, "Dovecot here takes no tokens"),
    ]
}
