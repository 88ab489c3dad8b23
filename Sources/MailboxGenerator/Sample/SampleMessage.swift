/// One message of the sample mailbox.
struct SampleMessage {
    /// Folder names as people read them; none: INBOX.
    var folder: [String] = []
    /// Letters of the Maildir name; nil: in `new/`.
    var flags: String? = "S"
    /// Delivery time, in seconds since 1970.
    let delivered: Int
    /// The bytes of the file.
    let content: [UInt8]
}

/// Where the clock of the sample mailbox starts: 2 March 2026, 08:00 UTC.
enum SampleClock {
    static let start = 1_772_438_400

    /// - Returns: seconds since 1970, for an hour after the start.
    static func hour(_ hour: Int) -> Int { start + hour * 3600 }
}

/// The header lines that every ordinary message of the sample has.
///
/// - Parameters:
///   - number: makes Message-ID and date; unique in the mailbox.
///   - extra: further lines, each ended by a line feed.
func header(
    _ number: Int, from: String = "Anna Castro <anna@example.org>", to: String = "Fred Becker <fredb@example.com>",
    subject: String, extra: String = ""
) -> String {
    """
    Return-Path: <bounce@example.org>
    Received: from mx.example.org (mx.example.org [192.0.2.25])
    \tby mail.example.com with ESMTPS id \(1000 + number) for <fredb@example.com>;
    \t\(MailDate.format(SampleClock.hour(number)))
    From: \(from)
    To: \(to)
    Subject: \(subject)
    Date: \(MailDate.format(SampleClock.hour(number) - 30))
    Message-ID: <sample.\(number)@example.org>
    MIME-Version: 1.0
    \(extra)
    """
}

/// A message of which every byte is UTF-8.
func sample(
    _ number: Int, in folder: [String] = [], flags: String? = "S", _ text: String
) -> SampleMessage {
    SampleMessage(folder: folder, flags: flags, delivered: SampleClock.hour(number), content: Array(text.utf8))
}

/// A message made of pieces in different encodings.
func sample(
    _ number: Int, in folder: [String] = [], flags: String? = "S", pieces: [[UInt8]]
) -> SampleMessage {
    SampleMessage(folder: folder, flags: flags, delivered: SampleClock.hour(number), content: pieces.flatMap { $0 })
}
