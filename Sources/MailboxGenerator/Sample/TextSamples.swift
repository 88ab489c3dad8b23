/// Plain and HTML mail, threads, drafts, flags and keywords.
func textSamples() -> [SampleMessage] {
    [
        sample(
            1,
            header(1, subject: "Welcome to the project")
                + """
                Content-Type: text/plain; charset=utf-8

                Hello Fred,

                the kick-off is on Monday. Bring the plan, please.

                Anna
                -- \u{20}
                Anna Castro, Example Ltd

                """),
        sample(
            2, flags: nil,
            header(2, from: "Builds <builds@lists.example.org>", subject: "[builds] 214 passed, 0 failed")
                + "Content-Type: text/plain; charset=us-ascii\nList-Id: <builds.lists.example.org>\n\nAll good.\n"),
        sample(
            3, flags: "FS",
            header(3, subject: "=?utf-8?Q?Angebot_f=C3=BCr_M=C3=A4rz?=", extra: "Importance: high\nX-Priority: 1\n")
                + """
                Content-Type: multipart/alternative; boundary="alt3"

                --alt3
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                Grüße aus Köln: das Angebot über 1.200 €.

                --alt3
                Content-Type: text/html; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                <html><body><p>Gr=C3=BC=C3=9Fe aus <b>K=C3=B6ln</b>: das Angebot =C3=BCber 1.2=
                00=C2=A0=E2=82=AC.</p></body></html>

                --alt3--

                """),
        sample(
            4,
            header(4, from: "\"News, weekly\" <news@example.net>", subject: "HTML only")
                + """
                Content-Type: text/html; charset=iso-8859-1
                Content-Transfer-Encoding: quoted-printable

                <html><body><h1>Caf=E9</h1><p>This week: <a href=3D"https://example.net/">one link</a>.</p></body></html>

                """),
        sample(
            5, flags: "RS",
            header(5, subject: "Meeting on Thursday?", extra: "Cc: =?utf-8?B?T2xnYSBQZXRyb3Y=?= <olga@example.org>\n")
                + "Content-Type: text/plain; charset=utf-8\n\nThursday at ten?\n"),
        sample(
            6, in: ["Sent"],
            header(
                6, from: "Fred Becker <fredb@example.com>", to: "Anna Castro <anna@example.org>",
                subject: "Re: Meeting on Thursday?",
                extra: "In-Reply-To: <sample.5@example.org>\nReferences: <sample.5@example.org>\n")
                    + """
                    Content-Type: text/plain; charset=utf-8; format=flowed

                    Ten is fine. \u{20}
                    Room 4.

                    > Thursday at ten?

                    """),
        sample(
            7,
            header(
                7, subject: "Re: Re: Meeting on Thursday?",
                extra: """
                    In-Reply-To: <sample.6@example.org>
                    References: <sample.5@example.org>
                     <sample.6@example.org>
                    Thread-Topic: Meeting on Thursday?

                    """)
                + "Content-Type: text/plain; charset=utf-8\n\nSee you there.\n"),
        sample(
            8, in: ["Drafts"], flags: "DS",
            """
            From: Fred Becker <fredb@example.com>
            Subject: Unfinished
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8

            Dear Anna,

            """),
        sample(
            9, in: ["Archive", "2025"], flags: "FPRSab",
            header(9, subject: "Every flag and two keywords")
                + "Content-Type: text/plain\n\nFlagged, passed, replied.\n"),
        sample(
            10, in: ["Trash"], flags: "ST",
            header(10, subject: "Marked as deleted") + "Content-Type: text/plain\n\nGone, but not yet expunged.\n"),
        sample(
            11, in: ["Junk"], flags: "",
            header(11, from: "You Win <win@junk.example>", subject: "YOU WIN!!!") + "\nClick here.\n"),
        sample(
            12,
            header(
                12, to: "Team: anna@example.org, Olga <olga@example.org>;, undisclosed-recipients:;",
                subject: "To a group, with Reply-To",
                extra: "Sender: Office <office@example.org>\nReply-To: Answers <answers@example.org>\n")
                + "Content-Type: text/plain\n\nGroup syntax.\n"),
        sample(
            13, in: ["Archive", "2025"],
            header(
                13,
                to: (1...60).map { "Member \($0) <member\($0)@example.org>" }.joined(separator: ",\n\t"),
                subject: "To sixty people", extra: "Bcc: Secret <secret@example.org>\n")
                + "Content-Type: text/plain\n\nMany recipients.\n"),
        sample(
            14,
            header(14, subject: "CRLF line ends").replacing("\n", with: "\r\n")
                + "Content-Type: text/plain; charset=utf-8\r\n\r\nLine one.\r\nLine two.\r\n"),
        sample(
            15,
            header(15, subject: "A long subject: " + String(repeating: "word ", count: 80) + "end")
                + "Content-Type: text/plain\n\nThe subject is longer than 255 characters.\n"),
        sample(
            16,
            header(16, subject: "A long line and a long text") + "Content-Type: text/plain; charset=utf-8\n\n"
                + String(repeating: "long ", count: 3_000) + "\n"
                + String(repeating: "Zeile mit Umlaut ä\n", count: 2_000)),
    ]
}
