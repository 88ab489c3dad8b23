import BinaryIO
import IMAPGrammar
import Testing

@testable import IMAP

@Suite("Logon")
struct LogonTests {
    @Test("SCRAM-SHA-256 gives the answers of RFC 7677 3, and wants the server's proof")
    func scram() {
        var scram = SCRAM(
            authorization: "", authentication: "user", password: Secret("pencil"), nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(scram.respond(to: []).map(text) == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        let challenge =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        #expect(
            scram.respond(to: Array(challenge.utf8)).map(text)
                == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        #expect(!scram.isSatisfied)
        var deceived = scram
        #expect(deceived.respond(to: Array("v=AAAA".utf8)) == nil)
        #expect(scram.respond(to: Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)) == [])
        #expect(scram.isSatisfied)
    }

    @Test(
        "SCRAM refuses what a server may not ask",
        arguments: [
            "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "r=abcd,s=,i=4096", "r=abcd,s=AAAA,i=1", "r=abcd,s=AAAA,i=999999999", "m=x,r=abcd,s=AAAA,i=4096", "",
        ])
    func scramRefuses(challenge: String) {
        var scram = SCRAM(authorization: "a,b=c", authentication: "u", password: Secret("p"), nonce: "abc")
        #expect(scram.respond(to: []).map(text) == "n,a=a=2Cb=3Dc,n=u,r=abc")
        #expect(scram.respond(to: Array(challenge.utf8)) == nil)
    }

    @Test("PLAIN, XOAUTH2 and OAUTHBEARER say who acts for whom")
    func mechanisms() {
        let plain = PlainMechanism(authorization: "fredb", authentication: "admin", password: Secret("pw"))
        #expect(plain.respond(to: []).map(text) == "fredb\0admin\0pw")
        var google = XOAuth2Mechanism(user: "fred@example.com", token: Secret("tok"))
        #expect(google.respond(to: []).map(text) == "user=fred@example.com\u{1}auth=Bearer tok\u{1}\u{1}")
        #expect(google.respond(to: Array("{}".utf8)) == [])
        var bearer = OAuthBearerMechanism(user: "a,b", host: "h", port: 993, token: Secret("tok"))
        #expect(
            bearer.respond(to: []).map(text)
                == "n,a=a=2Cb,\u{1}host=h\u{1}port=993\u{1}auth=Bearer tok\u{1}\u{1}")
        #expect(bearer.respond(to: Array("{}".utf8)) == [1])
    }

    @Test(
        "The way to log on fits the account and the server",
        arguments: [
            (.own, ["AUTH=PLAIN", "AUTH=SCRAM-SHA-256"], [.scram, .plain, .login]),
            (.own, [], [.login]),
            (.own, ["LOGINDISABLED"], []),
            (.authorizationIdentity(administrator: "a"), ["AUTH=PLAIN"], [.plain]),
            (.authorizationIdentity(administrator: "a"), [], []),
            (.masterUser(administrator: "a"), ["AUTH=PLAIN", "LOGINDISABLED"], [.plain]),
            (.exchange(administrator: "D/a"), ["AUTH=PLAIN"], [.login, .plain]),
        ] as [(Account.Access, [String], [LogonMethod])])
    func choices(access: Account.Access, capabilities: [String], expected: [LogonMethod]) {
        let account = Account(user: "u", access: access, proof: .password { () throws(IMAPError) in Secret("") })
        #expect(LogonMethod.choices(for: account, Capabilities(capabilities)) == expected)
    }

    @Test(
        "An administrator is named as the server wants it",
        arguments: [
            (.own, "fredb", ""), (.masterUser(administrator: "adm"), "fredb*adm", ""),
            (.authorizationIdentity(administrator: "adm"), "adm", "fredb"),
            (.exchange(administrator: "DOM/adm"), "DOM/adm/fredb", ""),
        ] as [(Account.Access, String, String)])
    func identities(access: Account.Access, authentication: String, authorization: String) {
        let account = Account(user: "fredb", access: access, proof: .token { () throws(IMAPError) in Secret("") })
        #expect(account.authenticationIdentity == authentication)
        #expect(account.authorizationIdentity == authorization)
    }

    @Test("A secret shows nothing of itself")
    func secret() {
        let secret = Secret("top-secret")
        var dumped = ""
        dump(PlainMechanism(authorization: "", authentication: "u", password: secret), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!text.contains("top-secret"), "\(text)")
        }
    }

    @Test("What a server repeats of a secret is taken out of what it says, and nothing else is")
    func redaction() {
        var redaction = Redaction()
        redaction.add(Secret(#"two words "q""#))
        let base64 = Base64.encoded(Array("\0fredb\0two words \"q\"".utf8))
        let cases = [
            ("no such user", "no such user"), (#"wrong: two words "q"."#, "wrong: (removed)"),
            (#"LOGIN fredb "two words \"q\"" refused"#, "LOGIN fredb (removed) refused"),
            ("AUTHENTICATE PLAIN \(base64) is wrong", "AUTHENTICATE PLAIN (removed) is wrong"), ("", ""),
        ]
        for (said, shown) in cases { #expect(redaction.cleaned(said) == shown) }
        #expect(Redaction().cleaned("anything") == "anything")
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
