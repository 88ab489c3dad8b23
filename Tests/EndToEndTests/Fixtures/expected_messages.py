#!/usr/bin/env python3
"""What a Maildir holds, as Python's email package sees it: one JSON object per message on standard output.

usage: expected_messages.py MAILDIR

It is written against the MIME and MAPI specifications and shares nothing with the program under test, not even the
MIME library. Where a source is broken, `traits` says how, for the tests to explain a difference with.
"""

import base64
import email
import email.header
import email.parser
import email.policy
import email.utils
import json
import os
import quopri
import re
import sys
import zlib

# Charsets that mail names, and what the bytes really are (https://encoding.spec.whatwg.org, and practice).
CHARSETS = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "guess", "ascii": "guess", "iso-8859-9": "cp1254",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "tis-620": "cp874", "iso-8859-11": "cp874",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "unicode-1-1-utf-7": "utf-7", "x-user-defined": "guess",
    "unknown-8bit": "guess", "8bit": "guess", "unicodebig": "utf-16-be", "utf8": "utf-8", "iso-2022-jp": "iso2022_jp_ext",
}  # fmt: skip


def decode(data, charset, fallback="cp1252"):
    """Text of `data`; never fails."""
    return decode_labelled(data, charset, fallback)[0]


def decode_labelled(data, charset, fallback="cp1252"):
    """Text of `data`, and whether the label tells the truth; where it does not, this is a guess."""
    label = (charset or "us-ascii").strip("\"' ").lower()
    name = CHARSETS.get(label, label)
    eight_bit = any(byte >= 0x80 for byte in data)
    if name != "guess":
        try:
            text = data.decode(name, "replace").removeprefix("\ufeff")
            if "\ufffd" not in text:
                return text, True
            return (data.decode("utf-8") if eight_bit else text), False
        except UnicodeDecodeError:
            return text, False
        except (LookupError, ValueError, AssertionError):
            pass
    if not eight_bit:
        return data.decode("ascii"), name == "guess"
    for guess in ("utf-8", fallback):
        try:
            return data.decode(guess), False
        except (LookupError, ValueError):
            pass
    # cp1252 leaves five bytes undefined.
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data), False


def raw_value(value):
    """A header value as bytes, unfolded."""
    data = value.encode("utf-8", "surrogateescape")
    return re.sub(rb"\r?\n(?=[ \t])", b"", data).replace(b"\r", b"").replace(b"\n", b"").strip()


# Where address parsers go different ways: groups, comments, quoted pairs, several words without brackets, "a@b <c@d>",
# a name without an address, quotes in the middle of a word.
ODD_ADDRESSES = re.compile(r"""[:;\\(!]|@[^<>,"]*<|[^\s<>,"@]\s+[^\s<>,"@]+@[^,]*$|<[^@>]*>|\w"|\][^,>]|>\s*[^\s,]""")

STRICT_DATE = re.compile(
    r"([A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+([01]?\d|2[0-3]):\d{2}(:\d{2})?\s+"
    r"([+-]\d{4}|GMT|UT|UTC|Z|[ECMP][SD]T)(\s*\([^()]*\))?"
)

# Names of folders for drafts.
DRAFTS = ("Drafts", "Entwürfe", "Brouillons", "Черновики")

ENCODED_WORD = re.compile(rb"=\?([^?\s]+?)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")


def decode_words(data, fallback):
    """RFC 2047: encoded words, also inside other text; bytes of neighbours in one charset are joined first."""
    pieces = []  # (bytes, charset or None)
    position = 0
    for match in ENCODED_WORD.finditer(data):
        between = data[position : match.start()]
        if between and not (between.strip(b" \t") == b"" and pieces and pieces[-1][1] is not None):
            pieces.append((between, None))
        charset, encoding, content = match.groups()
        if encoding in b"bB":
            content = lenient_base64(content)
        else:
            content = re.sub(
                rb"=([0-9A-Fa-f]{2})", lambda hex: bytes([int(hex.group(1), 16)]), content.replace(b"_", b" ")
            )
        charset = charset.decode("ascii", "replace").lower()
        if pieces and pieces[-1][1] == charset:
            pieces[-1] = (pieces[-1][0] + content, charset)
        else:
            pieces.append((content, charset))
        position = match.end()
    if position < len(data):
        pieces.append((data[position:], None))
    return "".join(decode(piece, charset or "us-ascii", fallback) for piece, charset in pieces)


def lenient_base64(data):
    """Everything outside the alphabet is ignored (RFC 2045 6.8); what is missing at the end is not needed."""
    # Padding ends a piece, and another may follow.
    pieces = [re.sub(rb"[^A-Za-z0-9+/]", b"", piece) for piece in data.split(b"=")]
    result = b""
    for piece in pieces:
        # A single character is no byte.
        piece = piece[: len(piece) - 1] if len(piece) % 4 == 1 else piece
        result += base64.b64decode(piece + b"=" * (-len(piece) % 4))
    return result


def fold_controls(text):
    """MAPI strings hold no NUL; subjects and names no other control characters either."""
    return "".join(character for character in text if ord(character) >= 0x20)


class RawHeaders(email.policy.Compat32):
    """Gives header values as they stand, 8-bit bytes as surrogates, where compat32 replaces them."""

    def header_fetch_parse(self, name, value):
        return value


class Message:
    """The fields of one message, embedded ones included."""

    def __init__(self, source, depth=0):
        self.source = source
        self.depth = depth
        self.traits = set()
        for part in self.walk(source):
            for defect in part.defects:
                self.traits.add("defect:" + type(defect).__name__)
        self.fallback = self.main_charset()
        self.plain = []
        self.html = []
        self.attachments = []
        self.collect_top()

    @staticmethod
    def walk(part):
        """As part.walk(), without entering embedded messages."""
        yield part
        if part.is_multipart() and not part.get_content_type().startswith("message/"):
            for child in part.get_payload():
                yield from Message.walk(child)

    def main_charset(self):
        for part in self.walk(self.source):
            charset = self.charset(part)
            if charset and part.get_content_maintype() == "text":
                name = CHARSETS.get(charset, charset)
                try:
                    b"".decode(name)
                    return name if name != "guess" else "cp1252"
                except (LookupError, ValueError):
                    pass
        return "cp1252"

    @staticmethod
    def charset(part):
        value = part.get_param("charset")
        if isinstance(value, tuple):
            value = value[2]
        return value.strip("\"' ").lower() if value else None

    def header_text(self, name):
        values = self.source.get_all(name)
        if not values:
            return None
        if len(values) > 1:
            self.traits.add("repeated:" + name.lower())
        return decode_words(raw_value(values[0]), self.fallback)

    def message_id(self):
        """Not a text field: encoded words are not decoded."""
        values = self.source.get_all("message-id") or [""]
        return fold_controls(decode(raw_value(values[0]), None, self.fallback))

    def addresses(self, name):
        """(name, address) pairs of all fields of this name."""
        result = []
        values = self.source.get_all(name) or []
        if len(values) > 1:
            self.traits.add("repeated:" + name.lower())
        for value in values:
            text = raw_value(value).decode("utf-8", "surrogateescape")
            if ODD_ADDRESSES.search(text) or text.count("<") != text.count(">") or "@" not in text:
                self.traits.add("address:" + name.lower())
            for display, address in email.utils.getaddresses([text]):
                display = display.encode("utf-8", "surrogateescape")
                address = address.encode("utf-8", "surrogateescape")
                if display or address:
                    decoded = fold_controls(decode_words(display, self.fallback)).strip()
                    result.append((decoded, fold_controls(decode(address, None, self.fallback))))
        return result

    def file_name(self, part):
        for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
            value = part.get_param(parameter, header=header)
            if value is None:
                continue
            if isinstance(value, tuple):
                charset, _, text = value
                data = text.encode("utf-8", "surrogateescape") if charset is None else text.encode("latin-1", "replace")
                return sanitize(decode(data, charset or "utf-8"))
            return sanitize(decode_words(raw_value(value), self.fallback))
        return None

    def content(self, part):
        """Decoded bytes of a leaf."""
        if part.is_multipart():
            # Without folding the header anew.
            policy = RawHeaders(max_line_length=None)
            return b"".join(child.as_bytes(policy=policy) for child in part.get_payload())
        encoding = part.get("content-transfer-encoding", "").split(";")[0].strip().lower()
        # Not get_payload(): that takes 8-bit text for what its label says, and writes it as UTF-8.
        data = (part._payload or "").encode("ascii", "surrogateescape")
        if encoding == "base64":
            if re.search(rb"[^A-Za-z0-9+/=\s]|=\s*[A-Za-z0-9+/]", data):
                self.traits.add("base64")
            return lenient_base64(data)
        if encoding == "quoted-printable":
            return quopri.decodestring(data)
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            self.traits.add("uuencode")
            return part.get_payload(decode=True)
        if encoding not in ("", "7bit", "8bit", "binary"):
            self.traits.add("encoding:" + encoding)
        return data

    # Which part becomes what: [MS-OXCMAIL] 2.2.3.3.2 and 2.2.3.4.

    def collect_top(self):
        kind = self.source.get_content_type()
        protocol = str(self.source.get_param("protocol") or "").lower()
        self.traits.add("type:" + kind)
        if kind == "multipart/signed" and "pkcs7-signature" in protocol and self.part_count() > 1:
            self.traits.add("smime")
            self.collect(self.source.get_payload(0))
            self.attachments = [{"name": "SMIME.p7m", "kind": "smime"}]
        elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            self.traits.add("smime")
            self.attach(self.source)
        else:
            self.collect(self.source)

    def part_count(self):
        return len(self.source.get_payload()) if self.source.is_multipart() else 0

    def collect(self, part, level=0):
        kind = part.get_content_type()
        if part.get_content_maintype() == "multipart":
            if not part.is_multipart():
                # The boundary never came: what is there is text.
                self.traits.add("no-parts")
                self.plain.append(decode(self.content(part), None, self.fallback))
                return
            self.collect_children(part, level)
        elif kind in ("message/rfc822", "message/global") and part.is_multipart():
            self.attachments.append(
                {"name": None, "kind": "embedded", "message": Message(part.get_payload(0), self.depth + 1).fields()}
            )
        elif self.is_body(part):
            data = self.content(part)
            text, is_labelled = decode_labelled(data, self.charset(part), self.fallback)
            if not is_labelled:
                self.traits.add("mislabelled")
            if kind == "text/html":
                self.html.append({"bytes": data.decode("latin-1"), "text": text})
            else:
                self.plain.append(text)
        else:
            self.attach(part)

    def collect_children(self, part, level):
        children = part.get_payload()
        if part.get_content_type() != "multipart/alternative":
            for child in children:
                self.collect(child, level + 1)
            return
        plain, html = len(self.plain), len(self.html)
        for child in children:
            if child.get_content_type() == "text/calendar" or child.get_content_maintype() not in ("text", "multipart"):
                self.traits.add("alternative:" + child.get_content_type())
            self.collect(child, level + 1)
        # Alternatives grow in quality: one of each kind is left.
        if len(self.html) > html + 1 or len(self.plain) > plain + 1:
            self.traits.add("alternative-repeats")
        del self.html[html:-1]
        del self.plain[plain + 1 :]

    def is_body(self, part):
        # Comments are allowed there; a semicolon is sometimes forgotten.
        kind = re.split(r"[\s(]", part.get_content_type())[0]
        if kind not in ("text/plain", "text/html", "text/enriched", "text/richtext"):
            return False
        if kind in ("text/enriched", "text/richtext"):
            self.traits.add("enriched")
        if str(part.get_param("format") or "").lower() == "flowed":
            self.traits.add("flowed")
        disposition = str(part.get("content-disposition", "")).split(";")[0].strip().lower()
        return disposition != "attachment" and self.file_name(part) is None

    def attach(self, part):
        data = self.content(part)
        self.attachments.append(
            {
                "name": self.file_name(part),
                "kind": "value",
                "type": part.get_content_type(),
                "size": len(data),
                "crc": zlib.crc32(data),
                "squeezed_crc": zlib.crc32(re.sub(rb"\s", b"", data)),
                "crlf_crc": zlib.crc32(re.sub(rb"\r?\n", b"\r\n", data)),
                "content": base64.b64encode(data).decode() if len(data) < 1000 else None,
                "content_id": decode(raw_value(part.get("content-id", "")), None).strip("<> "),
            }
        )

    def fields(self):
        senders = self.addresses("from")
        real = self.addresses("sender") or senders
        dates = self.source.get_all("date") or []
        if dates and not STRICT_DATE.fullmatch(raw_value(dates[0]).decode("ascii", "replace")):
            self.traits.add("date")
        parsed = email.utils.parsedate_tz(str(dates[0])) if dates else None
        try:
            date = email.utils.mktime_tz(parsed) if parsed else None
        except (OverflowError, ValueError):
            date = None
        if len(dates) > 1:
            self.traits.add("repeated:date")
        subject = self.header_text("subject")
        return {
            "subject": None if subject is None else fold_controls(subject),
            "message_id": self.message_id(),
            "from": senders[:1],
            "sender": real[:1],
            "to": self.addresses("to"),
            "cc": self.addresses("cc"),
            "bcc": self.addresses("bcc"),
            "date": date,
            "plain": self.plain,
            "html": self.html,
            "attachments": self.attachments,
            "traits": sorted(self.traits),
        }


def sanitize(name):
    """A file name as Windows takes it."""
    name = re.split(r"[/\\]", fold_controls(name))[-1]
    return re.sub(r'["/:<>|\\*?]', "_", name).strip(". ") or None


def header_block(data):
    """The bytes up to the empty line, as text."""
    # The line of an mbox is no header.
    data = re.sub(rb"\A>?From [^\n]*\n", b"", data)
    match = re.search(rb"\r?\n\r?\n", data)
    if data[:1] in (b"\n", b"\r"):
        return ""
    return data[: match.start() + 1] if match else data


def folder_names(path, root):
    relative = os.path.relpath(path, root)
    if relative == ".":
        return ["INBOX"]
    return [modified_utf7(name) for name in relative[1:].split(".")]


def modified_utf7(name):
    def shift(match):
        text = match.group(1)
        if not text:
            return "&"
        text = text.replace(",", "/")
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-16-be", "replace")

    return re.sub(r"&([^-]*)-", shift, name)


def main(root):
    folders = [root] + sorted(
        os.path.join(root, name)
        for name in os.listdir(root)
        if name.startswith(".") and os.path.isdir(os.path.join(root, name, "cur"))
    )
    parser = email.parser.BytesParser(policy=RawHeaders())
    for folder in folders:
        files = []
        for part in ("cur", "new"):
            directory = os.path.join(folder, part)
            if os.path.isdir(directory):
                files += [(os.stat(os.path.join(directory, name)).st_mtime_ns, name, part) for name in os.listdir(directory)]
        for mtime, name, part in sorted(files):
            with open(os.path.join(folder, part, name), "rb") as file:
                data = file.read()
            flags = name.rpartition(":2,")[2] if ":2," in name and part == "cur" else ""
            source = parser.parsebytes(data)
            names = folder_names(folder, root)
            is_draft = names[-1] in DRAFTS or ("D" in flags and "received" not in source)
            message = Message(source)
            fields = message.fields()
            fields.update(
                folder=names,
                file=name,
                # Drafts are read, and unsent; mail that was received is no draft, whatever its flags say.
                seen="S" in flags or is_draft,
                unsent=is_draft,
                delivered=mtime // 10**9,
                headers=decode(header_block(data), None, message.fallback),
                size=len(data),
            )
            # Lone surrogates are not text, and JSON readers refuse them.
            line = json.dumps(fields, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            sys.stdout.buffer.write(line.encode("utf-8") + b"\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
