"""ADF documents that have something wrong with them, made from the samples."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "adf").glob("*.xml"))
TAGS = [b"adf", b"prospect", b"customer", b"contact", b"name", b"phone", b"email", b"vehicle",
        b"id", b"requestdate", b"vendor", b"provider", b"comments", b"address", b"make",
        b"model"]  # fmt: skip
TEXTS = [
    b"", b" ", b"=1+1", b"<![CDATA[", b"]]>", b"<![CDATA[<![CDATA[x]]>]]>", b"&amp;amp;", b"&x;",
    b"&#0;", b"&#xD800;", b"&#x110000;", b"&", b"<", b"\x00", b"\x0b", b"\xff\xfe", b"\xed\xa0\x80",
    b"<script>alert(1)</script>", b"{{7*7}}", b"x" * 5_000, "é🚗\u202e".encode(),
    b"06-" + b"1" * 400,
    b"0612345678 of 0687654321 tst 12", "٠٦١٢٣٤٥٦٧٨".encode(), b"mailto:jan@voorbeeld.example",
    b"jan@voorbeeld.example, piet@voorbeeld.example", b"-0800:0", b"9999-99-99T99:99:99", b"None",
]  # fmt: skip


def _cut(whole: bytes, rng: random.Random) -> bytes:
    return whole[: rng.randrange(len(whole))]


def _flipped(whole: bytes, rng: random.Random) -> bytes:
    changed = bytearray(whole)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _piece_moved(whole: bytes, rng: random.Random) -> bytes:
    """A piece is taken out, and often put somewhere else, once or twice."""
    first, last = sorted(rng.randrange(len(whole) + 1) for _ in range(2))
    piece, rest = whole[first:last], whole[:first] + whole[last:]
    place = rng.randrange(len(rest) + 1)
    return rest[:place] + piece * rng.choice([0, 1, 2]) + rest[place:]


def _tags_swapped(whole: bytes, rng: random.Random) -> bytes:
    one, other = rng.sample(TAGS, 2)
    closing = rng.choice([b"</", b"<"])
    return whole.replace(closing + one, closing + other, rng.choice([1, -1]))


def _another_case(whole: bytes, rng: random.Random) -> bytes:
    tag = rng.choice(TAGS)
    return whole.replace(b"<" + tag, b"<" + tag.upper(), rng.choice([1, -1]))


def _another_text(whole: bytes, rng: random.Random) -> bytes:
    """What stands between two tags, or within quotes, is another text."""
    pattern = rng.choice([rb">[^<>]*<", rb'"[^"<>]*"'])
    places = list(re.finditer(pattern, whole))
    if not places:
        return whole
    place, text = rng.choice(places), rng.choice(TEXTS)
    return whole[: place.start() + 1] + text + whole[place.end() - 1 :]


def _doctype(whole: bytes, rng: random.Random) -> bytes:
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 9)
    )
    doctypes = [
        b"<!DOCTYPE adf>", b'<!DOCTYPE adf SYSTEM "http://127.0.0.1:9/adf.dtd">',
        b'<!DOCTYPE adf [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE adf [<!ENTITY %% p SYSTEM "http://127.0.0.1:9/">%p;]>',
        b'<!DOCTYPE adf [<!ENTITY l0 "lol">' + laughs + b"]>",
        b'<!DOCTYPE adf [<!ENTITY x "' + b"x" * 50_000 + b'">]>',
    ]  # fmt: skip
    before, mark, rest = whole.partition(b"<adf")
    entity = rng.choice([b"&x;", b"&l8;", b"&x;" * 1_000])
    return before + rng.choice(doctypes) + mark + rest.replace(b"</name>", entity + b"</name>", 1)


def _encoded(whole: bytes, rng: random.Random) -> bytes:
    """Other bytes than the declaration says, or another declaration than the bytes."""
    text = whole.decode("latin-1")
    codec = rng.choice(["utf-16", "utf-16-le", "utf-32", "utf-7", "cp1252", "utf-8", "utf-8-sig"])
    said = rng.choice(["UTF-8", "utf-16", "windows-1252", "iso-8859-15", "utf-7", "klingon", ""])
    declared = re.sub(r'encoding="[^"]*"', f'encoding="{said}"', text)
    return rng.choice([declared, text]).encode(codec, errors="ignore")


def _in_front(whole: bytes, rng: random.Random) -> bytes:
    marks = [b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n", b"\x00", b"<?xml-stylesheet href='x'?>",
             b"junk ", b"From: a@b\r\n\r\n", b"<html><body>", b"<!-- -- -->",
             b"\xef\xbb\xbf" * 2]  # fmt: skip
    return rng.choice(marks) + whole


def _repeated(whole: bytes, rng: random.Random) -> bytes:
    """Many prospects, or many of one element."""
    tag = rng.choice([b"prospect", b"phone", b"email", b"vehicle", b"name", b"id", b"contact"])
    found = re.search(rb"<%s[ >].*?</%s>" % (tag, tag), whole, re.DOTALL)
    if found is None:
        return whole
    times = rng.choice([2, 3]) if tag == b"prospect" else rng.choice([2, 20, 200])
    return whole[: found.start()] + found[0] * times + whole[found.end() :]


def _named_spaces(whole: bytes, rng: random.Random) -> bytes:
    choices = [
        whole.replace(b"<adf", b'<adf xmlns="urn:adf"'),
        whole.replace(b"<", b"<a:").replace(b"<a:/", b"</a:").replace(b"<a:?", b"<?"),
        whole.replace(b"<prospect", b'<prospect xmlns:a="u" a:x="1"'),
        whole.replace(b"<name", b"<b:name"),
    ]
    return rng.choice(choices)


def _large(whole: bytes, rng: random.Random) -> bytes:
    """As large as is taken, or a little larger; or deep, or wide."""
    size = rng.choice([1_000_000, 1_048_576 - len(whole), 1_048_577])
    inner = rng.choice([
        b"<!--" + b"x" * size + b"-->", b"<comments>" + b"x" * size + b"</comments>",
        b"<a>" * (size // 7) + b"</a>" * (size // 7), b"<a/>" * (size // 4),
        b"<a " + b" ".join(b'a%d="1"' % number for number in range(size // 12)) + b"/>",
        b"<a>" * 60 + b"</a>" * 60, b"<?pi " + b"x" * size + b"?>", b"<" * size,
        b"&lt;" * (size // 4),
    ])  # fmt: skip
    return whole.replace(b"</prospect>", inner + b"</prospect>", 1)


def _no_adf(whole: bytes, rng: random.Random) -> bytes:
    return rng.choice([
        b"", b" ", b"\x00" * 40, b"<adf/>", b"<adf></adf>", b"<adf><prospect/></adf>", b"{}",
        b"<a/>", b"<html><body>no</body></html>", rng.randbytes(rng.randint(1, 400)),
        b"<adf>" * 200, b"\xff\xfe", whole.replace(b"\n", b"=\r\n"), b"<![CDATA[" + whole + b"]]>",
        b"<!--" + whole + b"-->",
        b"<soap:Envelope><soap:Body>" + whole + b"</soap:Body></soap:Envelope>", whole[::-1],
    ])  # fmt: skip


BREAKS: Sequence[Callable[[bytes, random.Random], bytes]] = [
    _cut, _flipped, _piece_moved, _tags_swapped, _another_case, _another_text, _doctype, _encoded,
    _in_front, _repeated, _named_spaces, _no_adf,
]  # fmt: skip


def broken_documents(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Without end, what was done to a document and what came of it; every fortieth is large."""
    samples = [path.read_bytes() for path in SAMPLES]
    number = 0
    while True:
        number += 1
        whole, told = rng.choice(samples), []
        if number % 40 == 0:
            whole, told = _large(whole, rng), ["large"]
        for _ in range(rng.choice([1, 1, 2, 3])):
            break_it = rng.choice(BREAKS)
            whole = break_it(whole or b" ", rng)
            told.append(break_it.__name__.strip("_").replace("_", " "))
        yield ", ".join(told), whole
