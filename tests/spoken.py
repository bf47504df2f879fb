"""What a PDF says to whom it is read aloud: its parts in their order, found by their marks.

Everything shown on a page belongs to one part or is ornament. Source: ISO 32000-2, 14.6 to 14.8.
"""

import io
import re
from collections import defaultdict
from typing import NamedTuple

from pypdf import PdfReader

_TOKENS = re.compile(
    rb"\((?P<text>(?:\\...|[^\\()])*)\)|/(?P<face>F\d\+\d+) [\d.]+ Tf"
    rb"|/(?P<tag>\w+)<</MCID (?P<number>\d+)>>BDC|(?P<begin>/Artifact \w+|/Artifact<<.*?>>BDC)"
    rb"|\b(?P<end>EMC)\b|\b(?P<ink>T[Jj]|S|f|Do)\b"
)
_OCTAL = re.compile(rb"\\(\d{3})")


class Part(NamedTuple):
    """A part of a document: what it is, what its dictionary holds, its own text, its parts."""

    kind: str
    told: dict
    text: str
    parts: tuple

    def every(self, kind):
        """Yield all parts of a kind in it, in the order in which they are read."""
        for part in self.parts:
            if part.kind == kind:
                yield part
            yield from part.every(kind)

    def texts(self):
        """Yield all texts in it, in the order in which they are read."""
        if self.text:
            yield self.text
        for part in self.parts:
            yield from part.texts()

    @property
    def head(self):
        """Return what a cell says of the cells it heads."""
        return self.told.get("/A", {})


def document(content):
    """Return a document as it is read aloud.

    Raises AssertionError where something is shown that is neither part of it nor ornament, where
    a mark has no owner or another than the tree says, and where a part does not know its place.
    """
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    tree = root["/StructTreeRoot"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "vi-VN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    pages = {page.indirect_reference.idnum: page for page in reader.pages}
    said = {number: _said(page) for number, page in pages.items()}
    owners = {}
    whole = _part(tree.raw_get("/K"), tree.indirect_reference, said, owners)
    listed = tree["/ParentTree"]["/Nums"]
    for at, (number, page) in enumerate(pages.items()):
        assert (page["/StructParents"], page["/Tabs"]) == (at, "/S")
        assert listed[2 * at] == at
        own = {(number, mark): one.idnum for mark, one in enumerate(listed[2 * at + 1])}
        assert own == {key: owner for key, owner in owners.items() if key[0] == number}
        assert own.keys() == {(number, mark) for mark in said[number]}
    return whole


def _part(reference, parent, said, owners):
    held = reference.get_object()
    assert held.raw_get("/P") == parent
    kids = held.get("/K", [])
    parts, texts = [], []
    for kid in kids if isinstance(kids, list) else [kids]:
        if isinstance(kid, int) or kid.get_object().get("/Type") == "/MCR":
            told = kid if not isinstance(kid, int) else {"/MCID": kid}
            page = (told if "/Pg" in told else held).raw_get("/Pg").idnum
            key = (page, told["/MCID"])
            assert key not in owners
            owners[key] = reference.idnum
            texts.append(said[page][told["/MCID"]])
        else:
            parts.append(_part(kid, reference, said, owners))
    return Part(held["/S"][1:], held, "".join(texts), tuple(parts))


def _said(page):
    """Return what each mark of a page shows; all ink is in one, or ornament."""
    faces = {name[1:]: _letters(font) for name, font in page["/Resources"]["/Font"].items()}
    said, inside, face = defaultdict(str), None, {}
    for token in _TOKENS.finditer(page.get_contents().get_data()):
        told = token.groupdict()
        if told["number"] or told["begin"]:
            assert inside is None
            inside = int(told["number"]) if told["number"] else -1
            if inside >= 0:
                assert inside == len(said)
                said[inside] = ""
        elif told["end"]:
            inside = None
        elif told["face"]:
            face = faces[told["face"].decode()]
        elif told["ink"]:
            assert inside is not None
        elif told["text"] is not None and inside is not None and inside >= 0:
            codes = _OCTAL.sub(lambda code: bytes([int(code[1], 8)]), told["text"])
            said[inside] += "".join(face[code] for code in codes)
    assert inside is None
    return dict(said)


def _letters(font):
    """Return the letters of a face by their codes."""
    told = re.findall(rb"<(\w{2})> <(\w{4,})>\n", font["/ToUnicode"].get_data())
    return {int(code, 16): bytes.fromhex(one.decode()).decode("utf-16-be") for code, one in told}
