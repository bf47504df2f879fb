"""Pages as they are written into a file: what is drawn, packed as it comes, what they share."""

import zlib

from reportlab.pdfbase import pdfdoc

_REACH = b"[ -1000 -1000 1000 1000 ]"  # [pt] of a drawing around its origin


def packed(content: bytes) -> bytes:
    """Return content deflated: beyond this level figures cost more time than they save room."""
    return zlib.compress(content, 4)


class Stream(pdfdoc.PDFObject):
    """Operators of a page, packed at once: thousands of pages wait for the last."""

    def __init__(self, code: str) -> None:
        """Pack operators."""
        self._code = packed(f"{code}\n".encode("latin-1"))

    def format(self, _: pdfdoc.PDFDocument) -> bytes:
        """Return the stream as a file holds it."""
        return self._written(b"")

    def _written(self, told: bytes) -> bytes:
        head = b"<< %b/Filter /FlateDecode /Length %d >>" % (told, len(self._code))
        return b"%b\nstream\n%b\nendstream\n" % (head, self._code)


class Shared(pdfdoc.PDFResourceDictionary):
    """What all pages of a document share: its faces, and drawings that it keeps but once."""

    def __init__(self, document: pdfdoc.PDFDocument) -> None:
        """Begin with the faces alone."""
        super().__init__()
        self.basicFonts()
        self._document = document
        self._shown: dict[str, str] = {}

    def shown(self, code: str) -> str:
        """Return the operator that shows a drawing, which reaches no further than a page."""
        if code not in self._shown:
            name = f"D{len(self._shown) + 1}"
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
    """A page of some width and height [pt] that shows streams one upon the other."""

    def __init__(self, size: tuple[float, float], shared: Shared, *shown: Stream) -> None:
        """Hold what is shown, and what all pages of a document share."""
        self._size, self._shared, self._shown = size, shared, shown

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """Return the page as a file holds it."""
        parent, resources, *shown = (
            document.Reference(part).format(document)
            for part in (document.Pages, self._shared, *self._shown)
        )
        told = b"<< /Type /Page /Parent %b /MediaBox [ 0 0 %.2f %.2f ]" % (parent, *self._size)
        return b"%b\n /Resources %b /Contents [ %b ] >>" % (told, resources, b" ".join(shown))
