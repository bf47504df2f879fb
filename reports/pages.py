"""Pages as they are written into a file: what is drawn, packed as it comes, what they share."""

import struct
import zlib

from reportlab.pdfbase import pdfdoc

_LEVEL, _SMALL = 1, 6
_MOST = 1_000  # drawings that are remembered
_REACH = b"[ -2000 -2000 2000 2000 ]"  # [pt] of a drawing around its origin: beyond A3


def packed(content: bytes) -> bytes:
    """Return content deflated: beyond this level figures cost more time than they save room."""
    return zlib.compress(content, _LEVEL)


class Stream(pdfdoc.PDFObject):
    """Operators as a file holds them."""

    def __init__(self, code: str) -> None:
        """Pack operators."""
        self._code = packed(f"{code}\n".encode("latin-1"))

    def format(self, _: pdfdoc.PDFDocument) -> bytes:
        """Return the stream as a file holds it, and let go of it: long files are held but once."""
        return self._written(b"")

    def _written(self, told: bytes) -> bytes:
        code, self._code = self._code, b""
        head = b"<< %b/Filter /FlateDecode /Length %d >>" % (told, len(code))
        return b"%b\nstream\n%b\nendstream\n" % (head, code)


class Body(Stream):
    """Operators of a page, packed at once: thousands of pages wait for the last."""

    def __init__(self, code: str, *, small: bool = False) -> None:
        """Pack operators, without an end.

        small  in less room, which takes longer
        """
        content = f"{code}\n".encode("latin-1")
        packing = zlib.compressobj(_SMALL if small else _LEVEL)
        self._code = packing.compress(content) + packing.flush(zlib.Z_SYNC_FLUSH)
        self._sum = zlib.adler32(content)

    def end(self, foot: "Foot", code: str) -> None:
        """Add what stands at the foot of every page, and the last operators of this one.

        These are told as they stand, in a stored block. Source: RFC 1950, RFC 1951, 3.2.4.
        """
        last = code.encode("latin-1")
        size = struct.pack("<HH", len(last), len(last) ^ 0xFFFF)
        total = zlib.adler32(last, zlib.adler32(foot.content, self._sum))
        self._code = b"".join((self._code, foot.packed, b"\x01", size, last, total.to_bytes(4)))


class Foot:
    """Operators at the foot of every page, packed once for all."""

    def __init__(self, code: str) -> None:
        """Pack operators by themselves: they follow whatever a page shows."""
        packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self.content = f"{code}\n".encode("latin-1")
        self.packed = packing.compress(self.content) + packing.flush(zlib.Z_SYNC_FLUSH)


class Shared(pdfdoc.PDFResourceDictionary):
    """What all pages of a document share: its faces, and drawings that it keeps but once."""

    def __init__(self, document: pdfdoc.PDFDocument) -> None:
        """Begin with the faces alone."""
        super().__init__()
        self.basicFonts()
        self._document = document
        self._shown: dict[str, str] = {}
        self._named = b""

    def named(self, document: pdfdoc.PDFDocument) -> bytes:
        """Return what every page says alike: among which pages it is, what they share."""
        if not self._named:
            parent, own = (document.Reference(one) for one in (document.Pages, self))
            told = (parent.format(document), own.format(document))
            self._named = b"/Parent %b /Resources %b /Tabs /S" % told
        return self._named

    def shown(self, code: str) -> str:
        """Return what shows a drawing that reaches no further than a page.

        That is its operators the first time, from the second on the name under which it is kept.
        """
        if code not in self._shown:
            if len(self._shown) > _MOST:
                self._shown.clear()
            self._shown[code] = ""
            return code
        if not self._shown[code]:
            name = f"D{len(self.XObject) + 1}"
            self._shown[code] = f"/{name} Do"
            self.XObject[name] = self._document.Reference(_Drawing(code, self))
        return self._shown[code]


class _Drawing(Stream):
    """Operators that are kept once, with what they need, and shown wherever the origin is put."""

    def __init__(self, code: str, shared: Shared) -> None:
        super().__init__(code)
        self._shared = shared

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        resources = document.Reference(self._shared).format(document)
        told = b"/Type /XObject /Subtype /Form /BBox %b /Resources %b " % (_REACH, resources)
        return self._written(told)


class Page(pdfdoc.PDFObject):
    """A page of some width and height [pt] that shows a body."""

    def __init__(self, size: tuple[float, float], shared: Shared, body: Body, number: int) -> None:
        """Hold what is shown, and what all pages of a document share.

        number  of the page among them, from 0
        """
        self._size, self._shared, self._body, self._number = size, shared, body, number

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """Return the page as a file holds it."""
        told = b"<< /Type /Page %b /MediaBox [ 0 0 %.2f %.2f ] /StructParents %d /Contents %b >>"
        body = document.Reference(self._body).format(document)
        return told % (self._shared.named(document), *self._size, self._number, body)
