/// Every alphabet, labelled rightly, wrongly and not at all.
func charsetSamples() throws -> [SampleMessage] {
    let russian = "Привет из Москвы"
    let japanese = "会議の件"
    return [
        sample(
            20, in: ["Проекты", "Мост"],
            pieces: [
                Array(
                    header(20, subject: EncodedWord.encode(try bytes(russian, in: "KOI8-R"), charset: "koi8-r")).utf8),
                Array("Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: 8bit\n\n".utf8),
                try bytes("Добрый день, Фред!\nМост построен.\n", in: "KOI8-R"),
            ]),
        sample(
            21, in: ["客户", "合同"],
            pieces: [
                Array(
                    header(21, subject: EncodedWord.encode(try bytes("合同草案", in: "GB18030"), charset: "gb18030")).utf8),
                Array("Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: base64\n\n".utf8),
                Array(base64(try bytes("请看附件中的合同。\n", in: "GB2312")).utf8), [0x0A],
            ]),
        sample(
            22, in: ["أرشيف"],
            pieces: [
                Array(header(22, subject: EncodedWord.encode("مرحبا بكم")).utf8),
                Array("Content-Type: text/plain; charset=windows-1256\nContent-Transfer-Encoding: 8bit\n\n".utf8),
                try bytes("السلام عليكم\n", in: "CP1256"),
            ]),
        sample(
            23,
            pieces: [
                Array(
                    header(
                        23, subject: EncodedWord.encode(try bytes(japanese, in: "ISO-2022-JP"), charset: "iso-2022-jp")
                    ).utf8),
                Array("Content-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: 7bit\n\n".utf8),
                try bytes("来週の会議についてです。\n", in: "ISO-2022-JP"),
            ]),
        sample(
            24, in: ["🎈 Feste & Q&A"],
            header(24, subject: EncodedWord.encode("Party 🎉 am Samstag"))
                + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nKomm vorbei! 🎂🕯️\n"),
        sample(
            25,
            pieces: [
                Array("From: ".utf8), try bytes("Jürgen Müller", in: "ISO-8859-1"),
                Array(" <jm@example.org>\nTo: fredb@example.com\nSubject: ".utf8),
                try bytes("Rückfrage, mit rohen Bytes", in: "ISO-8859-1"),
                Array("\nDate: Tue, 03 Mar 2026 09:00:00 +0100\nMessage-ID: <sample.25@example.org>\n".utf8),
                Array("Content-Type: text/plain; charset=iso-8859-1\n\n".utf8),
                try bytes("Größe: 5 µm\n", in: "ISO-8859-1"),
            ]),
        sample(
            26,
            header(26, from: "Jiří Novák <jiří@pošta.example>", subject: "Příliš žluťoučký kůň")
                + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nUTF-8 straight in the header.\n"
        ),
        sample(
            27,
            pieces: [
                Array(header(27, subject: "Windows-1252 labelled as Latin-1").utf8),
                Array("Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n".utf8),
                try bytes("“Quoted” – costs 5 €\n", in: "CP1252"),
            ]),
        sample(
            28,
            pieces: [
                Array(header(28, subject: "Labelled us-ascii, and is not").utf8),
                Array("Content-Type: text/plain; charset=us-ascii\n\n".utf8), Array("déjà vu\n".utf8),
            ]),
        sample(
            29,
            pieces: [
                Array(header(29, subject: "A charset nobody knows").utf8),
                Array("Content-Type: text/plain; charset=x-nobody\n\nPlain enough: ".utf8), [0xE9, 0x0A],
            ]),
        sample(
            30,
            header(30, subject: "=?utf-8?Q?Split_in_the_middle_of_=E2=82?= =?utf-8?Q?=AC_a_sign?=")
                + "Content-Type: text/plain\n\nThe subject's encoded words cut a character in two.\n"),
    ]
}
