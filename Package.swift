// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is built with the same strictness.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // Small functions of one module are built into those of another, which makes a release a little faster. SwiftPM has no
    // other name for it.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// A target of ours; `path` is given where the folder nests (the PST family).
func module(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

/// Fixtures are found by path (`#filePath`), so they are excluded from the build.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: fixtures(of: name), swiftSettings: strict)
}

func fixtures(of test: String) -> [String] {
    ["MIMETests", "ConversionTests", "EndToEndTests", "ReportingTests", "CommandLineTests"].contains(test)
        ? ["Fixtures"] : []
}

func library(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
    name: "mailbackup",
    products: [
        .executable(name: "mailbackup", targets: ["mailbackup"]),
        // Loaded into the program by tests that interrupt it, or stop its clock.
        .library(name: "PauseAtSize", type: .dynamic, targets: ["CPauseAtSize"]),
        .library(name: "FixedTime", type: .dynamic, targets: ["CFixedTime"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        // C libraries, from Debian's packages.
        library("CGMime", pkgConfig: "gmime-3.0", apt: "libgmime-3.0-dev"),
        library("CLibdeflate", pkgConfig: "libdeflate", apt: "libdeflate-dev"),
        library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        library("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        library("CBzip2", apt: "libbz2-dev"),
        library("CXxhash", pkgConfig: "libxxhash", apt: "libxxhash-dev"),
        library("CLzma", pkgConfig: "liblzma", apt: "liblzma-dev"),
        library("CLz4", pkgConfig: "liblz4", apt: "liblz4-dev"),
        library("CLibpst", pkgConfig: "libpst", apt: "libpst-dev"),
        library("CLinux", apt: "libc6-dev"),

        // Foundations.
        module("BinaryIO", ["CLibdeflate", "CLinux", "CCrypto", "CZstd", "CXxhash"]),
        module("MAPI"),

        // The PST format, bottom to top.
        module("PSTNDB", ["BinaryIO"], path: "Sources/PST/NDB"),
        module("PSTLTP", ["PSTNDB", "BinaryIO", "MAPI"], path: "Sources/PST/LTP"),
        module("PST", ["PSTLTP", "PSTNDB", "BinaryIO", "MAPI"], path: "Sources/PST/Messaging"),
        module(
            "PSTVerification", ["PST", "PSTLTP", "PSTNDB", "BinaryIO", "MAPI"], path: "Sources/PST/Verification"),

        // The store abstraction.
        module("MailStore", ["MAPI", "BinaryIO"]),

        // Internet mail, and its conversion.
        module("MIME", ["CGMime", "BinaryIO"]),
        module("Conversion", ["MIME", "MailStore", "MAPI", "BinaryIO"]),

        // A second opinion on a PST.
        module("Readback", ["PST", "PSTNDB", "CLibpst", "BinaryIO", "MAPI"]),

        // Stores.
        module("Maildir", ["MailStore", "MAPI", "BinaryIO", "CZlib", "CZstd", "CBzip2", "CLzma", "CLz4", "CLinux"]),
        module("PSTStore", ["MailStore", "PST", "Conversion", "MAPI", "BinaryIO"]),

        // IMAP, bottom to top.
        module("IMAPGrammar", ["BinaryIO"], path: "Sources/IMAP/Grammar"),
        module(
            "IMAP",
            [
                "IMAPGrammar", "BinaryIO", "CZlib",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], path: "Sources/IMAP/Client"),
        module("IMAPStore", ["IMAP", "IMAPGrammar", "MailStore", "MAPI", "BinaryIO"], path: "Sources/IMAP/Store"),

        // What was copied, and when.
        module(
            "Journal",
            [
                "MailStore", "MAPI", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),

        // What is to be copied.
        module("Configuration", ["MailStore", .product(name: "TOMLKit", package: "TOMLKit")]),
        // What became of the runs.
        module("Reporting", ["Journal", "MailStore", "MAPI"]),

        // The program.
        module("Transfer", ["MailStore", "Journal", "MAPI"]),
        module(
            "CommandLine",
            [
                "Transfer", "Reporting", "Journal", "Configuration", "MailStore", "Maildir", "IMAPStore", "IMAP",
                "IMAPGrammar",
                "PSTStore", "PST",
                "PSTVerification", "Readback",
                "Conversion", "MAPI", "BinaryIO",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "mailbackup", dependencies: ["CommandLine"], swiftSettings: strict),

        // Mailboxes for quickstart, tests and benchmarks; no part of the product.
        .executableTarget(
            name: "MailboxGenerator",
            dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),

        // Tests, one target a module.
        module("TestSupport", ["MailStore", "PSTNDB", "MAPI", "BinaryIO"], path: "Tests/TestSupport"),
        .target(name: "CPauseAtSize", path: "Tests/CPauseAtSize", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CFixedTime", path: "Tests/CFixedTime"),
        module(
            "MailServers",
            [
                "IMAP", "IMAPGrammar", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Tests/MailServers"),
        tests("BinaryIOTests", ["BinaryIO", "TestSupport"]),
        tests("MAPITests", ["MAPI"]),
        tests("PSTNDBTests", ["PSTNDB", "BinaryIO", "TestSupport"]),
        tests("PSTLTPTests", ["PSTLTP", "PSTNDB", "BinaryIO", "MAPI", "TestSupport"]),
        tests("PSTTests", ["PST", "PSTVerification", "PSTLTP", "PSTNDB", "BinaryIO", "MAPI", "TestSupport"]),
        tests(
            "PSTStoreTests",
            [
                "PSTStore", "PST", "PSTVerification", "PSTNDB", "Conversion", "MailStore", "MAPI", "BinaryIO",
                "TestSupport",
            ]),
        tests(
            "PSTVerificationTests", ["PSTVerification", "PST", "PSTNDB", "PSTLTP", "BinaryIO", "MAPI", "TestSupport"]),
        tests("ReadbackTests", ["Readback", "PST", "PSTNDB", "BinaryIO", "MAPI", "TestSupport"]),
        tests("MIMETests", ["MIME", "BinaryIO", "TestSupport"]),
        tests("ConversionTests", ["Conversion", "MIME", "MailStore", "MAPI", "BinaryIO", "TestSupport"]),
        tests("MaildirTests", ["Maildir", "MailStore", "MAPI", "BinaryIO", "TestSupport"]),
        tests(
            "IMAPTests",
            [
                "MailServers", "IMAPStore", "IMAP", "IMAPGrammar", "MailStore", "MAPI", "BinaryIO", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        tests("JournalTests", ["Journal", "MailStore", "MAPI", "TestSupport"]),
        tests("ConfigurationTests", ["Configuration", "MailStore", "TestSupport"]),
        tests("ReportingTests", ["Reporting", "Journal", "MailStore", "MAPI", "TestSupport"]),
        tests("TransferTests", ["Transfer", "Journal", "Maildir", "MailStore", "MAPI", "BinaryIO", "TestSupport"]),
        tests(
            "BackupTests",
            [
                "Transfer", "Journal", "Maildir", "PSTStore", "PSTVerification", "MailStore", "MAPI", "BinaryIO",
                "TestSupport",
            ]),
        tests(
            "CommandLineTests",
            [
                "CommandLine", "mailbackup", "Configuration", "Journal", "IMAPStore", "IMAPGrammar", "Transfer",
                "MailStore",
                "Maildir", "PSTStore", "MAPI", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests("ArchitectureTests", ["TestSupport"]),
        tests(
            "EndToEndTests",
            [
                "Readback", "TestSupport", "MailServers", "IMAP", "Maildir", "PSTStore", "MailStore", "BinaryIO",
                "MAPI", "CZlib", "mailbackup", "MailboxGenerator",
            ]),
    ]
)
