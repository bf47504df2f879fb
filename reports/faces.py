"""Typefaces: what they can write, how wide it is, how a document embeds what it used of them."""

import threading
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import TTFont

from reports.bare import bare

SHIPPED_FONTS = Path(__file__).parent / "fonts"

_FILES = {
    "regular": ("*-Regular.ttf", "times.ttf"),
    "bold": ("*-Bold.ttf", "timesbd.ttf"),
    "italic": ("*-Italic.ttf", "timesi.ttf"),
}
_LETTERS = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
_LATIN = "àáãèéìíĩòóõùúũý"
SEEDED = "".join(sorted({*_LETTERS, *_LETTERS.upper(), *_LATIN, *_LATIN.upper(), *"–−√≠‹›…"}))
NEEDED = frozenset(SEEDED) | frozenset(map(chr, range(32, 127)))
_one_at_a_time = threading.Lock()  # a font file has one reading position


class Face:
    """One typeface of one file: what it can write and how wide that is."""

    def __init__(self, name: str, file: Path) -> None:
        self.font = TTFont(f"{name}:{file}", str(file), asciiReadable=True)
        # Every document is seeded with the same letters, so most share one cut of the font.
        self.font.face.makeSubset = _remembered(self.font.face.makeSubset)
        widths = self.font.face.charWidths
        self._glyphs = frozenset(map(chr, self.font.face.charToGlyph))
        self._widths = {chr(code): width / 1000 for code, width in widths.items()}
        # Words of forms return line after line, document after document.
        self._wide = lru_cache(maxsize=4096)(partial(_summed, self._widths))
        if missing := NEEDED - self._glyphs:
            raise ValueError(f"{file.name} lacks {''.join(sorted(missing))}")

    def clean(self, text: str) -> str:
        """Return text in NFC; what the face cannot print is spelled out, as ‹U+202E›."""
        if NEEDED.issuperset(text):
            return text
        text = unicodedata.normalize("NFC", text)
        if text.isprintable() and self._glyphs.issuperset(text):
            return text
        return "".join(map(self._shown, text))

    def _shown(self, letter: str) -> str:
        if letter.isprintable() and letter in self._glyphs:
            return letter
        return " " if letter == "\u00a0" else f"‹U+{ord(letter):04X}›"

    def width(self, text: str, size: float) -> float:
        """Return how wide [pt] clean text is at a size [pt]."""
        return self._wide(text) * size

    def wrap(self, text: str, size: float, room: float, *, first: float = 0) -> list[str]:
        """Return cleaned text as lines no wider than `room` [pt]; a longer word is broken.

        A line keeps the space before the next word: who has it read aloud hears two words.

        first  how far [pt] the first line stands in
        """
        text = self.clean(text)
        if self.width(text, size) <= room - first:
            return [text]
        lines: list[str] = []
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if self.width(longer, size) <= (room if lines else room - first):
                line = longer
                continue
            *whole, last = self._broken(word, size, room - first)
            lines += [f"{line} ", *whole] if line else whole
            line = last
        return [*lines, line]

    def _broken(self, word: str, size: float, room: float) -> list[str]:
        pieces, start, wide = [], 0, 0.0
        for at, letter in enumerate(word):
            wide += self._widths[letter] * size
            if wide > room and at > start:
                pieces.append(word[start:at])
                start, wide = at, self._widths[letter] * size
        return [*pieces, word[start:]]


def _summed(widths: Mapping[str, float], text: str) -> float:
    return sum(map(widths.__getitem__, text))


def _remembered(make: Callable[[list[int]], bytes]) -> Callable[[list[int]], bytes]:
    cut = lru_cache(maxsize=4)(lambda codes: bare(make(list(codes))))
    return lambda codes: cut(tuple(codes))


@dataclass(frozen=True, slots=True)
class Faces:
    """The three faces that a document is set in."""

    regular: Face
    bold: Face
    italic: Face


@lru_cache(maxsize=4)
def faces(folder: Path = SHIPPED_FONTS) -> Faces:
    """Return the faces of a folder that holds a regular, a bold and an italic TrueType file.

    Raises FileNotFoundError when one is not there, ValueError when it cannot write Vietnamese.
    """
    found = {}
    for name, patterns in _FILES.items():
        files = sorted(file for pattern in patterns for file in folder.glob(pattern))
        if not files:
            raise FileNotFoundError(f"no {name} face in {folder}: {' or '.join(patterns)}")
        found[name] = Face(name, files[0])
    return Faces(**found)


class _Deflate:
    """The deflate filter of fonts, whose few cuts return in document after document."""

    pdfname = "FlateDecode"
    packed = staticmethod(lru_cache(maxsize=16)(zlib.compress))

    def encode(self, content: str | bytes) -> bytes:
        return self.packed(content.encode() if isinstance(content, str) else content)


class _Widths(pdfdoc.PDFArray):
    """The widths of a cut of a font, likewise written once."""

    def format(self, _: pdfdoc.PDFDocument) -> bytes:
        return self.written(tuple(self.sequence))

    @staticmethod
    @lru_cache(maxsize=16)
    def written(widths: tuple[float, ...]) -> bytes:
        return pdfdoc.PDFArray(widths).format(None)


def embed(doc: pdfdoc.PDFDocument) -> None:
    """Put the letters that a document used into it."""
    with _one_at_a_time:
        for font in doc.delayedFonts:
            font.addObjects(doc)
    doc.delayedFonts.clear()
    for name, part in doc.idToObject.items():
        if name.startswith(("fontFile:", "toUnicodeCMap:")):
            part.filters = [_Deflate()]
    for font in doc.idToObject["BasicFonts"].dict.values():
        font.Widths = _Widths(font.Widths.sequence)
