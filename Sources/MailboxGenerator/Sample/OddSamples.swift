/// Reports, invitations, and mail that is broken in the ways mail is broken.
func oddSamples() -> [SampleMessage] {
    [
        sample(
            60,
            header(
                60, from: "Mail Delivery System <MAILER-DAEMON@example.org>",
                subject: "Undelivered Mail Returned to Sender")
                    + """
                    Content-Type: multipart/report; report-type=delivery-status; boundary="dsn60"
                    Auto-Submitted: auto-replied

                    --dsn60
                    Content-Type: text/plain; charset=us-ascii

                    The address nobody@example.net does not exist.

                    --dsn60
                    Content-Type: message/delivery-status

                    Reporting-MTA: dns; mx.example.org

                    Final-Recipient: rfc822; nobody@example.net
                    Action: failed
                    Status: 5.1.1
                    Diagnostic-Code: smtp; 550 5.1.1 no such user

                    --dsn60
                    Content-Type: text/rfc822-headers

                    From: Fred Becker <fredb@example.com>
                    To: nobody@example.net
                    Subject: Hello?
                    Message-ID: <lost.60@example.com>

                    --dsn60--

                    """),
        sample(
            61,
            header(61, subject: "Invitation: Review")
                + """
                Content-Type: multipart/alternative; boundary="cal61"

                --cal61
                Content-Type: text/plain; charset=utf-8

                Review, 5 March 2026, 10:00 UTC, room 4.

                --cal61
                Content-Type: text/calendar; charset=utf-8; method=REQUEST

                BEGIN:VCALENDAR
                VERSION:2.0
                PRODID:-//Example//Sample//EN
                METHOD:REQUEST
                BEGIN:VEVENT
                UID:review-61@example.org
                DTSTAMP:20260302T080000Z
                DTSTART:20260305T100000Z
                DTEND:20260305T110000Z
                SUMMARY:Review
                LOCATION:Room 4
                ORGANIZER;CN=Anna Castro:mailto:anna@example.org
                ATTENDEE;CN=Fred Becker;RSVP=TRUE:mailto:fredb@example.com
                END:VEVENT
                END:VCALENDAR

                --cal61--

                """),
        sample(
            62,
            header(62, subject: "The closing boundary is missing")
                + """
                Content-Type: multipart/mixed; boundary="open62"

                --open62
                Content-Type: text/plain; charset=utf-8

                Cut off after this.

                --open62
                Content-Type: application/octet-stream; name="half.bin"
                Content-Disposition: attachment; filename="half.bin"
                Content-Transfer-Encoding: base64

                AAECAwQFBgcICQoLDA0ODw==

                """),
        sample(
            63,
            header(63, subject: "A boundary that never comes")
                + "Content-Type: multipart/mixed; boundary=\"never\"\n\nThere is only this text.\n"),
        sample(
            64,
            header(64, subject: "Bad base64")
                + """
                Content-Type: multipart/mixed; boundary="bad64"

                --bad64
                Content-Type: text/plain

                The attachment is damaged.

                --bad64
                Content-Type: application/octet-stream; name="damaged.bin"
                Content-Disposition: attachment; filename="damaged.bin"
                Content-Transfer-Encoding: base64

                AAEC!!!!AwQFBg=
                --bad64--

                """),
        sample(
            65, in: ["Odd"],
            pieces: [
                Array(header(65, subject: "NUL and other control characters").utf8),
                Array("Content-Type: text/plain; charset=us-ascii\n\nbefore".utf8), [0x00], Array("after".utf8),
                [0x01, 0x0C, 0x1B], Array("end\n".utf8),
            ]),
        sample(66, in: ["Odd"], "No header at all, only this line.\nAnd this one.\n"),
        sample(67, in: ["Odd"], flags: "", ""),
        sample(
            68, in: ["Odd"],
            """
            Subject: No date, no sender

            Hello?

            """),
        sample(
            69, in: ["Odd"],
            """
            From: fred <fredb@example.com
            To: <<broken@@example..org>, "unclosed <x@example.org>
            Subject: Broken addresses and a date from nowhere
            Date: Someday, 99 Foo 2026 25:61:00
            Message-ID: no angle brackets

            Still a message.

            """),
        sample(
            70, in: ["Odd"],
            header(70, subject: "Twice the same header", extra: "Subject: The second subject\nTo: second@example.org\n")
                + "Content-Type: text/plain\nContent-Type: text/html\n\nWhich one?\n"),
        sample(
            71, in: ["Odd"],
            (1...30).reversed().reduce("Content-Type: text/plain\n\nThe innermost text.\n") { inner, level in
                """
                Content-Type: multipart/mixed; boundary="deep\(level)"

                --deep\(level)
                \(inner)
                --deep\(level)--

                """
            }.withHeader(header(71, subject: "Thirty multiparts deep"))),
        sample(
            72, in: ["Missing parent", "Child"],
            header(72, subject: "In a folder whose parent is missing") + "Content-Type: text/plain\n\nAn orphan.\n"),
    ]
}

extension String {
    fileprivate func withHeader(_ header: String) -> String { header + self }
}
