"""A PDF as a file: its objects one after the other, the many small ones of its tree packed.

Source: ISO 32000-2, 7.5.7 (object streams), 7.5.8 (cross-reference streams).
"""

import io
import zlib
from collections.abc import Iterator
from itertools import accumulate, islice

from reportlab.pdfbase import pdfdoc

from reports.tags import Tree

_BEGIN = b"%PDF-1.7\n%\x93\x8c\x8b\x9e\n"  # letters that are none: what is sent is not text
_PACKED = 256  # objects in a stream: their order there is told in a byte
_ORDERS = [bytes([at]) for at in range(_PACKED)]
_LEVEL = 6  # they are alike: this pays here, as it does not for figures


class Document(pdfdoc.PDFDocument):
    """A document that holds the tree of its parts."""

    def __init__(self, tree: Tree) -> None:
        """Begin: neither clock nor chance, the same objects give the same bytes."""
        super().__init__(compression=1, invariant=1, lang="vi-VN", pdfVersion=(1, 7))
        self._tree, self._root = tree, pdfdoc.PDFDictionary({})
        self.Catalog.StructTreeRoot = self.Reference(self._root)
        self.Catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})

    def number(self, name: str) -> int:
        """Return the number of an object that has a name."""
        found: int = self.idToObjectNumberAndVersion[name][0]
        return found

    def format(self) -> bytes:
        """Return the file, which is held but once: what it holds has let go of its own."""
        file, rows = io.BytesIO(), [bytes(5) + b"\xff"]
        file.write(_BEGIN)
        root = self.number(self._root.__InternalName__)
        while name := self.numberToId.get(len(rows)):
            rows.append(_at(file.tell()))
            if len(rows) - 1 != root:  # It can be told when all others are numbered.
                told = self.idToObject[name].format(self)
                file.write(b"%d 0 obj\n%b\nendobj\n" % (len(rows) - 1, told))
        first = len(rows)
        rows[root] = _at(file.tell())
        file.write(f"{root} 0 obj\n{self._tree.root(first)}\nendobj\n".encode())
        pages = [self.number(f"Page{at}") for at in range(1, self.pageCounter)]
        packed = list(_packed(self._tree.objects(root, first, pages), first))
        number = first + sum(count for count, _ in packed)
        for at, (count, _) in enumerate(packed, number):
            stream = b"\2" + at.to_bytes(4)
            rows += [stream + order for order in _ORDERS[:count]]
        for at, (_, content) in enumerate(packed, number):
            rows.append(_at(file.tell()))
            file.write(b"%d 0 obj\n%b" % (at, content))
        self._end(file, rows, number + len(packed))
        return file.getvalue()

    def _end(self, file: io.BytesIO, rows: list[bytes], number: int) -> None:
        """Write what tells where every object of a file is, which is its last."""
        start = file.tell()
        root, info = (self.Reference(one).format(self) for one in (self.Catalog, self.info))
        told = b"/Type /XRef /Size %d /W [ 1 4 1 ] /Root %b /Info %b /ID %b" % (
            *(number + 1, root, info, self.ID()),
        )
        stream = _stream(told, b"".join([*rows, _at(start)]))
        file.write(b"%d 0 obj\n%bstartxref\n%d\n%%%%EOF\n" % (number, stream, start))


def _at(offset: int) -> bytes:
    return b"\1" + offset.to_bytes(4) + b"\0"


def _packed(objects: Iterator[str], first: int) -> Iterator[tuple[int, bytes]]:
    """Yield streams of objects that are numbered from `first` on, and how many each holds."""
    while some := list(islice(objects, _PACKED)):
        count = len(some)
        places = accumulate(map(len, some), initial=0)
        numbers = range(first, first + count)
        heads = " ".join([f"{number} {at}" for number, at in zip(numbers, places, strict=False)])
        told = f"/Type /ObjStm /N {count} /First {len(heads) + 1} "
        yield count, _stream(told.encode(), f"{heads} {''.join(some)}".encode())
        first += count


def _stream(told: bytes, content: bytes) -> bytes:
    code = zlib.compress(content, _LEVEL)
    head = b"<< %b/Filter /FlateDecode /Length %d >>" % (told, len(code))
    return b"%b\nstream\n%b\nendstream\nendobj\n" % (head, code)
