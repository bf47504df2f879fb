"""A PDF as a file: its objects one after the other, the many small ones of its tree packed.

Source: ISO 32000-2, 7.5.7 (object streams), 7.5.8 (cross-reference streams).
"""

import zlib
from collections.abc import Iterator
from itertools import accumulate, islice

from reportlab.pdfbase import pdfdoc

from reports.tags import Tree

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
        """Return the file."""
        file, rows = pdfdoc.PDFFile(self._pdfVersion), [bytes(5) + b"\xff"]
        root = self.number(self._root.__InternalName__)
        while name := self.numberToId.get(len(rows)):
            part = self.idToObject[name]
            # Only when all others are numbered is it known where the tree begins.
            told = b"" if len(rows) == root else pdfdoc.PDFIndirectObject(name, part).format(self)
            rows.append(_at(file.add(told)))
        first = len(rows)
        rows[root] = _at(file.add(f"{root} 0 obj\n{self._tree.root(first)}\nendobj\n"))
        pages = [self.number(f"Page{at}") for at in range(1, self.pageCounter)]
        told = list(_packed(self._tree.objects(root, first, pages), first))
        number = first + sum(count for count, _ in told)
        for at, (count, _) in enumerate(told, number):
            stream = b"\2" + at.to_bytes(4)
            rows += [stream + order for order in _ORDERS[:count]]
        for at, (_, content) in enumerate(told, number):
            rows.append(_at(file.add(b"%d 0 obj\n%b" % (at, content))))
        return self._ended(file, rows, number + len(told))

    def _ended(self, file: pdfdoc.PDFFile, rows: list[bytes], number: int) -> bytes:
        """Return a file with what tells where every object is, which is its last."""
        start = file.offset
        root, info = (self.Reference(one).format(self) for one in (self.Catalog, self.info))
        told = b"/Type /XRef /Size %d /W [ 1 4 1 ] /Root %b /Info %b /ID %b" % (
            *(number + 1, root, info, self.ID()),
        )
        stream = _stream(told, b"".join([*rows, _at(start)]))
        file.add(b"%d 0 obj\n%bstartxref\n%d\n%%%%EOF\n" % (number, stream, start))
        content: bytes = file.format(self)
        return content


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
