/// Attachments, pictures, messages within messages, signatures.
func attachmentSamples() -> [SampleMessage] {
    [
        sample(
            40,
            header(40, subject: "Three attachments")
                + """
                Content-Type: multipart/mixed; boundary="mix40"

                --mix40
                Content-Type: text/plain; charset=utf-8

                Please find three files.

                --mix40
                Content-Type: application/pdf; name="report.pdf"
                Content-Disposition: attachment; filename="report.pdf"
                Content-Transfer-Encoding: base64

                \(base64(madeUpBytes(30_000, seed: 40)))

                --mix40
                Content-Type: application/octet-stream
                Content-Disposition: attachment;
                 filename*0*=utf-8''%C3%9Cbersicht%20;
                 filename*1*=%E5%90%88%E5%90%8C;
                 filename*2=".xlsx"
                Content-Transfer-Encoding: base64

                \(base64(madeUpBytes(900, seed: 41)))

                --mix40
                Content-Type: text/plain; charset=iso-8859-1; name="=?iso-8859-1?Q?Notiz_f=FCr_dich.txt?="
                Content-Disposition: attachment; filename="=?iso-8859-1?Q?Notiz_f=FCr_dich.txt?="
                Content-Transfer-Encoding: quoted-printable

                Nur eine Notiz =FCber nichts.

                --mix40--

                """),
        sample(
            41,
            header(41, subject: "An inline picture")
                + """
                Content-Type: multipart/related; boundary="rel41"; type="multipart/alternative"

                --rel41
                Content-Type: multipart/alternative; boundary="alt41"

                --alt41
                Content-Type: text/plain; charset=utf-8

                [picture]

                --alt41
                Content-Type: text/html; charset=utf-8

                <html><body><p>Look: <img src="cid:pixel@example.org" alt="pixel"></p></body></html>

                --alt41--

                --rel41
                Content-Type: image/png; name="pixel.png"
                Content-ID: <pixel@example.org>
                Content-Disposition: inline; filename="pixel.png"
                Content-Transfer-Encoding: base64

                \(onePixelPNG)

                --rel41--

                """),
        sample(
            42,
            header(42, subject: "Fwd: a message within")
                + """
                Content-Type: multipart/mixed; boundary="mix42"

                --mix42
                Content-Type: text/plain; charset=utf-8

                See below.

                --mix42
                Content-Type: message/rfc822
                Content-Disposition: attachment

                From: Olga Petrov <olga@example.org>
                To: anna@example.org
                Subject: =?utf-8?Q?Die_urspr=C3=BCngliche_Nachricht?=
                Date: Sun, 01 Mar 2026 20:00:00 +0000
                Message-ID: <inner.42@example.org>
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="mix42i"

                --mix42i
                Content-Type: text/html; charset=utf-8

                <p>The inner text.</p>

                --mix42i
                Content-Type: application/zip; name="inner.zip"
                Content-Disposition: attachment; filename="inner.zip"
                Content-Transfer-Encoding: base64

                \(base64(madeUpBytes(5_000, seed: 42)))

                --mix42i--

                --mix42--

                """),
        sample(
            43, in: ["Archive", "2025"],
            header(43, subject: "Digest of the week")
                + """
                Content-Type: multipart/digest; boundary="dig43"

                --dig43

                From: a@example.org
                Subject: First
                Message-ID: <inner.43a@example.org>

                One.

                --dig43

                From: b@example.org
                Subject: Second
                Message-ID: <inner.43b@example.org>

                Two.

                --dig43--

                """),
        sample(
            44,
            header(44, subject: "Signed")
                + """
                Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="sig44"

                --sig44
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                Signed with care – do not touch.

                --sig44
                Content-Type: application/pkcs7-signature; name="smime.p7s"
                Content-Disposition: attachment; filename="smime.p7s"
                Content-Transfer-Encoding: base64

                \(base64(madeUpBytes(1_200, seed: 44)))

                --sig44--

                """),
        sample(
            45,
            header(45, subject: "Encrypted with PGP")
                + """
                Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="pgp45"

                --pgp45
                Content-Type: application/pgp-encrypted

                Version: 1

                --pgp45
                Content-Type: application/octet-stream; name="encrypted.asc"

                -----BEGIN PGP MESSAGE-----

                bm90IHJlYWxseSBlbmNyeXB0ZWQ=
                -----END PGP MESSAGE-----

                --pgp45--

                """),
        sample(
            46,
            header(46, subject: "A picture and nothing else")
                + "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n\(onePixelPNG)\n"),
        sample(
            47,
            header(47, subject: "Text, picture, text")
                + """
                Content-Type: multipart/mixed; boundary="mix47"

                --mix47
                Content-Type: text/plain; charset=utf-8

                Before the picture.

                --mix47
                Content-Type: image/png; name="between.png"
                Content-Disposition: inline; filename="between.png"
                Content-Transfer-Encoding: base64

                \(onePixelPNG)

                --mix47
                Content-Type: text/plain; charset=utf-8

                After the picture.

                --mix47--

                """),
        sample(
            48,
            header(48, subject: "Twenty small files, one without a name")
                + "Content-Type: multipart/mixed; boundary=\"mix48\"\n\n"
                + (1...20).map { index in
                    """
                    --mix48
                    Content-Type: application/octet-stream\(index == 20 ? "" : "; name=\"file \(index).dat\"")
                    Content-Disposition: attachment
                    Content-Transfer-Encoding: base64

                    \(base64(madeUpBytes(index * 10, seed: UInt64(index))))

                    """
                }.joined()
                + "--mix48--\n"),
    ]
}
