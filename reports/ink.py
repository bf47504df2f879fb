"""Text as operators of a PDF: in the faces of a document, each with the letters it has used."""

import re
from functools import lru_cache

from reports.faces import NEEDED, SEEDED, Face
from reports.objects import Document

_PLAIN = re.compile(r"[-0-9.,]+")
_ESCAPES = {code: f"\\{code:03o}" for code in (*range(32), *map(ord, "()\\"), *range(127, 160))}


class Ink:
    """What shows text in a document."""

    def __init__(self, doc: Document) -> None:
        """Begin with nothing remembered."""
        self._doc = doc
        self._runs: dict[tuple[Face, float, str], str] = {}
        self._selects: dict[tuple[Face, float], str] = {}
        self._codes: dict[Face, dict[int, str]] = {}

    def run(self, face: Face, size: float, text: str) -> str:
        """Return the operators that show text in a text object that has its face and size."""
        if _PLAIN.fullmatch(text):
            return f"({text})Tj"
        key = (face, size, text)
        if key not in self._runs:
            if len(self._runs) > 10_000:
                self._runs.clear()
            self._runs[key] = self._run(face, size, self._strings(face, size, face.clean(text)))
        return self._runs[key]

    def _run(self, face: Face, size: float, strings: list[tuple[int, str]]) -> str:
        runs, last = [], 0
        for subset, string in strings:
            if subset != last:
                runs.append(self._select(face, size, subset))
                last = subset
            runs.append(f"{string}Tj")
        return " ".join([*runs, self.select(face, size)] if last else runs)

    def string(self, face: Face, size: float, text: str) -> str:
        """Return clean text as one string of a face and size; nothing where it has no such."""
        [(subset, string), *more] = self._strings(face, size, text)
        return "" if subset or more else string

    def _strings(self, face: Face, size: float, text: str) -> list[tuple[int, str]]:
        """Return text as strings, each with the number of the cut of the face that it is in."""
        self.select(face, size)
        if NEEDED.issuperset(text):
            return [(0, f"({text.translate(self._codes[face])})")]
        return [
            (subset, f"({codes.decode('latin-1').translate(_ESCAPES)})")
            for subset, codes in face.font.splitString(text, self._doc)
        ]

    def select(self, face: Face, size: float) -> str:
        """Return the operator that chooses a face and a size [pt]."""
        key = (face, size)
        if key not in self._selects:
            self._selects[key] = self._select(face, size, 0)
        return self._selects[key]

    def _select(self, face: Face, size: float, subset: int) -> str:
        if face not in self._codes:
            # The first cut holds ASCII at its own codes and all that Vietnamese needs beside it.
            [(_, codes)] = face.font.splitString(SEEDED, self._doc)
            self._codes[face] = _coded(codes)
        return f"{face.font.getSubsetInternalName(subset, self._doc)} {size:g} Tf"


@lru_cache(maxsize=16)
def _coded(codes: bytes) -> dict[int, str]:
    """Return how each letter is told in a string of a face that has these codes for them."""
    letters = zip(map(ord, SEEDED), codes, strict=True)
    return _ESCAPES | {letter: _ESCAPES.get(code, chr(code)) for letter, code in letters}
