import Testing

@testable import MIME

@Suite("Message structure") struct MessageStructureTests {
    static let nested = """
        Subject: x
        Content-Type: multipart/mixed; boundary="a"

        prologue
        --a
        Content-Type: multipart/alternative; boundary=b

        --b

        text
        --b
        Content-Type: text/html

        <p>
        --b--
        --a
        Content-Type: application/pdf

        data
        --a--
        epilogue
        """

    @Test("Parts, prologue and epilogue are found where they are")
    func nestedParts() {
        withMessage(Self.nested) { bytes, structure in
            #expect(outline(structure.root) == "mixed(alternative(text/plain,text/html),application/pdf)")
            #expect(string(bytes, structure.root.children[0].children[0].content) == "text")
            #expect(string(bytes, structure.root.children[1].content) == "data")
            #expect(string(bytes, structure.root.prologue) == "prologue")
            #expect(string(bytes, structure.root.epilogue) == "epilogue")
            #expect(structure.defects.isEmpty)
        }
    }

    @Test(
        "Damaged multiparts keep every part that can be told apart",
        arguments: [
            // No closing boundary.
            ("--a\n\none\n--a\n\ntwo", "mixed(text/plain,text/plain)"),
            // An inner boundary never closed before the outer one.
            (
                "--a\nContent-Type: multipart/related; boundary=b\n\n--b\n\none\n--a\n\ntwo\n--a--",
                "mixed(related(text/plain),text/plain)"
            ),
            // A part behind a closing boundary that came too early.
            ("--a\n\none\n--a--\n--a\n\ntwo\n--a--", "mixed(text/plain,text/plain)"),
            // A boundary with blanks behind it, and one that only begins like it.
            ("--a  \n\none\n--ab\nstill one\n--a--", "mixed(text/plain)"),
            // A part that is only a header.
            ("--a\nContent-Type: text/html\n--a--", "mixed(text/html)"),
            // No boundary at all.
            ("only text", "mixed()"),
        ])
    func damaged(body: String, expected: String) {
        withMessage("Content-Type: multipart/mixed; boundary=a\n\n" + body) { _, structure in
            #expect(outline(structure.root) == expected)
        }
    }

    @Test(
        "The first part is found also where the empty line before its boundary is missing, or holds blanks",
        arguments: ["", " \n", "\t\r\n"])
    func noEmptyLine(between: String) {
        let text =
            "Content-Type: multipart/mixed;\n boundary=\"a\"\nSubject: s\n\(between)--a\nContent-Type: text/html\n\none\n--a--"
        withMessage(text) { bytes, structure in
            #expect(outline(structure.root) == "mixed(text/html)")
            #expect(string(bytes, structure.root.children[0].content) == "one")
        }
    }

    @Test("A line of hyphens in a header is no boundary that nobody announced")
    func hyphens() {
        withMessage("Subject: s\n--a\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a--") { _, structure in
            #expect(outline(structure.root) == "mixed(text/plain)")
        }
    }

    @Test("A boundary is taken without blanks at its end")
    func boundaryWithBlanks() {
        withMessage("Content-Type: multipart/mixed; boundary=\"a \"\n\n--a\n\none\n--a--") { _, structure in
            #expect(outline(structure.root) == "mixed(text/plain)")
        }
    }

    @Test("The line end before a boundary belongs to the boundary, whatever it is")
    func lineEndBeforeBoundary() {
        for end in ["\n", "\r\n"] {
            let text = ["Content-Type: multipart/mixed; boundary=a", "", "--a", "", "x", "", "--a--"]
                .joined(separator: end)
            onBytes(text) { bytes in
                let part = MessageStructure(bytes).root.children[0]
                #expect(string(bytes, part.content) == "x" + end)
            }
        }
    }

    @Test("The parts of a digest are messages unless they say otherwise")
    func digest() {
        withMessage(
            "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: 1\n\nx\n--a\nContent-Type: text/plain\n\ny"
        ) { _, structure in
            #expect(outline(structure.root) == "digest(message/rfc822,text/plain)")
        }
    }

    @Test(
        "A message without a proper header loses nothing",
        arguments: [
            ("no header at all", "no header at all", true),
            ("\nbody", "body", false),
            ("Subject: x\nbody without an empty line", "body without an empty line", false),
            ("From someone@x Mon Jan  1 00:00:00 2024\nSubject: x\n\nbody", "body", false),
            ("Subject: x\ngarbage line\nX-Next: y\n\nbody", "body", false),
            ("Subject: x", "", false),
            ("", "", false),
        ])
    func headers(text: String, body: String, isDefect: Bool) {
        withMessage(text) { bytes, structure in
            #expect(string(bytes, structure.root.content) == body)
            #expect(structure.defects.contains(.noHeader) == (isDefect || text.hasPrefix("\n")))
        }
    }

    @Test("Fields are found in any case, folded, and with a blank before the colon")
    func fields() {
        withMessage("SUBJECT: a\n b\nReceived: 1\nreceived: 2\nX-Odd : v\n\n") { bytes, structure in
            let header = HeaderView(bytes: bytes, block: structure.root.header)
            #expect(header.text(.subject) == "a b")
            #expect(header.all(.received).map { HeaderText.literal($0) } == ["1", "2"])
            #expect(header.literal(FieldName("x-odd")) == "v")
            #expect(header.literal(.date) == nil)
        }
    }

    @Test("Multiparts beyond the depth bound stay undivided and keep their bytes")
    func depth() {
        let depth = 150
        var text = ""
        for level in 0..<depth {
            text += "Content-Type: multipart/mixed; boundary=\"b\(level).\"\n\n--b\(level).\n"
        }
        withMessage(text + "\nbottom") { bytes, structure in
            #expect(structure.defects == [.tooDeep])
            var part = structure.root
            var levels = 0
            while let child = part.children.first {
                part = child
                levels += 1
            }
            #expect(levels == MIMELimits.multipartDepth)
            #expect(part.isTooDeep)
            #expect(string(bytes, part.content).hasSuffix("bottom"))
        }
    }

    @Test("Parts beyond the bound become one last part")
    func partCount() {
        let text = "Content-Type: multipart/mixed; boundary=a\n\n" + String(repeating: "--a\n\nx\n", count: 10_050)
        withMessage(text) { bytes, structure in
            #expect(structure.defects == [.tooManyParts])
            #expect(structure.root.children.count == MIMELimits.partCount)
            #expect(structure.root.children.last?.content.upperBound == bytes.count)
        }
    }
}
