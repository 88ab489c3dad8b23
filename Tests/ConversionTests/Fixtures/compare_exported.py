#!/usr/bin/env python3
"""Compares messages with what became of them on the way into MAPI and back, as Python's email package sees both.

usage: compare_exported.py LIST

LIST has one line for each pair: the path of the original, a tab, the path of the exported message. Each difference is
one line on standard output: file name, kind, detail, separated by tabs. Kinds:

  defect      the exported message does not parse without defects
  header      a field other than the Content- fields is not as it was
  missing     the content of a part is in no part of the exported message
  extra       a part is in the exported message and not in the original
  type        the type of the whole message was not kept where it has to be
  signed      a signed entity is not byte for byte as it was (line ends aside)
"""

import base64
import email
import email.errors
import email.policy
import hashlib
import re
import sys

REGENERATED = re.compile(r"(?i)content-|mime-version$|lines$|x-ms-tnef-correlator$|x-mapi-message-class$")


def raw_text(value):
    data = value.encode("utf-8", "surrogateescape")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)
    return re.sub(r"\s+", "", text.replace("\0", ""))


def fields(message):
    return [(name.lower(), raw_text(value)) for name, value in message.raw_items() if not REGENERATED.match(name)]


def squeezed(data):
    return re.sub(rb"[\s\0]+", b"", data)


CHARSETS = ("utf-8", "cp1252", "latin-1")
# What mail calls ISO 8859-1 has windows-1252 between 0x80 and 0x9F.
LATIN = {"iso-8859-1": "cp1252", "us-ascii": "us-ascii"}


def text_of(part, data):
    """UTF-8 of the text, and whether the bytes are valid in the charset that the part declares."""
    declared = part.get_content_charset()
    declared = LATIN.get(declared, declared)
    for name in ([declared] if declared else ["us-ascii"]) + list(CHARSETS):
        try:
            return data.decode(name).encode("utf-8"), name in (declared, "us-ascii")
        except (LookupError, ValueError):
            continue
    return data, False


def lenient_base64(data):
    """Everything outside the alphabet is ignored (RFC 2045 6.8); padding ends a piece, and another may follow."""
    result = b""
    for piece in data.split(b"="):
        piece = re.sub(rb"[^A-Za-z0-9+/]", b"", piece)
        piece = piece[: len(piece) - 1] if len(piece) % 4 == 1 else piece
        result += base64.b64decode(piece + b"=" * (-len(piece) % 4))
    return result


def payload(part):
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        return lenient_base64(part.get_payload().encode("utf-8", "surrogateescape"))
    return part.get_payload(decode=True) or b""


class Leaf:
    def __init__(self, part):
        data = payload(part)
        self.kind = part.get_content_type()
        self.is_flowed = str(part.get_param("format", "")).lower() == "flowed"
        self.size = len(data)
        self.data = squeezed(data)
        self.is_text = part.get_content_maintype() == "text"
        text, self.is_honest = text_of(part, data) if self.is_text else (data, True)
        self.text = squeezed(text)


def leaves(message):
    return [Leaf(part) for part in message.walk() if not part.is_multipart()]


def content(data):
    match = re.search(rb"\r?\n\r?\n", data)
    return data[match.end() :].replace(b"\r\n", b"\n") if match else b""


def check_parsing(before, after, report):
    # Some parts are kept line by line, with what is wrong in them.
    known = {type(defect) for part in before.walk() for defect in part.defects}
    if any(part.get_content_type() == "message/partial" for part in before.walk()):
        known |= {email.errors.MissingHeaderBodySeparatorDefect, email.errors.CloseBoundaryNotFoundDefect}
    for part in after.walk():
        for defect in part.defects:
            if type(defect) not in known:
                report("defect", repr(defect))
        for name in ("content-type", "content-disposition", "content-transfer-encoding", "mime-version"):
            for value in part.get_all(name, []):
                for defect in value.defects:
                    report("defect", f"{name}: {defect!r}")
        part.get_filename()


def compare_headers(before, after, report):
    # Lines that are no fields end the header for some readers and not for others.
    if before.defects:
        return
    had, has = fields(before), fields(after)
    names = {name for name, _ in had}
    for entry in had:
        if entry in has:
            has.remove(entry)
        else:
            report("header", f"lost {entry[0]}: {entry[1][:60]}")
    for name, value in has:
        # What a part of a header lacks is added from the properties.
        if name not in ("from", "date", "to", "subject", "message-id") or name in names:
            report("header", f"new {name}: {value[:60]}")


def is_within(leaf, everything, inline_texts):
    if leaf.text in everything or leaf.data in everything:
        return True
    if leaf.is_flowed:
        # Joined lines lose the quote marks in between.
        return leaf.text.replace(b">", b"") in everything.replace(b">", b"")
    if leaf.kind == "text/html" and inline_texts > 1:
        # Other texts are put in before the end of the document, and behind its start.
        pieces = re.split(rb"(?i)(<body[^>]*>|</body|</html)", leaf.text)
        return all(piece in everything for piece in pieces)
    return False


def compare_parts(before, after, source, report):
    old, new = leaves(before), leaves(after)
    # Damaged structures are read in as many ways as there are readers.
    if any(part.defects for part in before.walk()):
        return
    everything = b"\n".join(leaf.text for leaf in new)
    becomes_html = {"text/richtext", "text/enriched"}
    has_html = any(leaf.kind == "text/html" or leaf.kind in becomes_html for leaf in old)
    inline_texts = sum(leaf.kind in ("text/plain", "text/html") for leaf in old)
    unsure = False
    for leaf in old:
        match = next((other for other in new if other.text == leaf.text or other.data == leaf.data), None)
        if match:
            new.remove(match)
        elif leaf.text and not is_within(leaf, everything, inline_texts):
            if leaf.kind in becomes_html or leaf.kind in ("application/ms-tnef", "application/vnd.ms-tnef"):
                unsure = True
            elif leaf.is_text and not leaf.is_honest:
                unsure = True
            else:
                digest = hashlib.sha1(leaf.data).hexdigest()[:8]
                report("missing", f"{leaf.kind} {leaf.size} {digest} {leaf.text[:60]!r}")
    for leaf in new:
        # Text that was derived from HTML, or put together from several parts.
        derived = leaf.kind == "text/plain" and has_html or leaf.is_text and inline_texts > 1
        # Text outside the boundaries is kept as a file.
        kept = leaf.kind == "application/octet-stream" and leaf.data in source
        flowed = leaf.kind == "text/plain" and any(other.is_flowed for other in old)
        if leaf.text and not (derived or unsure or kept or flowed):
            report("extra", f"{leaf.kind} {len(leaf.text)} {leaf.text[:60]!r}")


def compare(original, exported, report):
    before = email.message_from_bytes(original, policy=email.policy.compat32)
    after = email.message_from_bytes(exported, policy=email.policy.default)
    check_parsing(before, after, report)
    compare_headers(before, after, report)
    secure = "pkcs7" in str(before.get("content-type", "")).lower()
    if secure and before.get_content_type() != after.get_content_type():
        report("type", f"{before.get_content_type()} became {after.get_content_type()}")
    if secure and before.get_content_type() == "multipart/signed" and content(original) != content(exported):
        report("signed", "the entity changed")
    compare_parts(before, after, squeezed(original), report)


def main():
    for line in open(sys.argv[1], encoding="utf-8"):
        original, exported = line.rstrip("\n").split("\t")
        name = original.rsplit("/", 1)[-1]

        def report(kind, detail, name=name):
            detail = detail.replace("\t", " ").encode("unicode_escape").decode("ascii")
            print(name, kind, detail, sep="\t")

        with open(original, "rb") as before, open(exported, "rb") as after:
            try:
                compare(before.read(), after.read(), report)
            except Exception as error:  # noqa: BLE001: every failure is a finding
                report("defect", f"Python fails: {error!r}")


main()
