/// Words for made-up mail, in a few languages.
enum Vocabulary {
    static let words = """
        the of and to in that for with as on by at from this which are was have not but all more when there can other
        about time only new some could these may first also after back work year way even because any day most us
        project meeting report budget invoice delivery customer offer order contract draft review release server backup
        mailbox calendar question answer attachment picture version change request ticket deadline schedule travel hotel
        train office building floor printer network password account bank payment receipt figures quarter summary notes
        minutes agenda thanks regards please attached find below above forward reply discuss decide confirm cancel move
        Grüße Rückmeldung Besprechung Anhang Übersicht für über können möchte größer Straße Büro schöne Woche
        réunion pièce jointe déjà été où français señor mañana año niño więcej dziękuję proszę również žádost příloha
        """
        .split(whereSeparator: \.isWhitespace).map(String.init)

    static let plainWords = words.filter { $0.utf8.allSatisfy { $0 < 0x80 } }

    static let givenNames = [
        "Anna", "Fred", "Ingrid", "José", "Katarzyna", "Li", "Marta", "Noor", "Olga", "Peter", "Søren", "Yuki",
    ]

    static let familyNames = [
        "Becker", "Castro", "Dvořák", "Eriksson", "Fischer", "García", "Haddad", "Ito", "Jansen", "Kowalska",
        "Lindqvist",
        "Meyer", "Novák", "Okafor", "Petrov", "Quinn",
    ]

    static let domains = ["example.com", "example.org", "mail.example.net", "lists.example.org", "firm.example"]

    static let fileNames: [(name: String, type: String)] = [
        ("report.pdf", "application/pdf"),
        ("figures.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("photo.jpg", "image/jpeg"), ("scan.png", "image/png"), ("archive.zip", "application/zip"),
        ("talk.mp3", "audio/mpeg"),
    ]
}
