"""Find the row that names the columns, however it is spelt and wherever it stands."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from creditdesk.intake.refusals import HeaderMissing, HeaderRepeated, TooManyColumns

HEAD_ROWS = 50
"""How far down a header is looked for."""

# Grave, acute, hook, tilde and dot below: the five tones; circumflex, breve and horn make letters.
_TONES = "\u0300\u0301\u0309\u0303\u0323"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: the key it goes by and the names a header may give it."""

    key: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The row that names the columns: its number, its titles, and where each known key stands."""

    row: int = 0
    titles: tuple[str, ...] = ()
    places: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    repeated: str = ""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the titles that name no known column."""
        known = set(self.places.values())
        return tuple(
            title for place, title in enumerate(self.titles) if title and place not in known
        )

    def demand(self, max_columns: int) -> "Heading":
        """Return this heading.

        Raises HeaderMissing, HeaderRepeated or TooManyColumns for one that cannot be read by.
        """
        if self.missing:
            found = [self.titles[place] for place in self.places.values()]
            raise HeaderMissing(missing=list(self.missing), row=self.row, found=found)
        if self.repeated:
            raise HeaderRepeated(title=self.repeated, row=self.row)
        if len(self.titles) > max_columns:
            raise TooManyColumns(most=max_columns)
        return self


@cache
def fold(text: str) -> str:
    """Return what two spellings of a name have in common.

    Case, white space, line breaks, the form of Unicode and the letter that carries a word's tone
    do not matter: `THUỶ` and `Thủy` fold to the same.
    """
    plain = unicodedata.normalize("NFD", text.translate(_INVISIBLE)).casefold()
    return " ".join(
        "".join(sign for sign in word if sign not in _TONES)
        + "".join(sorted(sign for sign in word if sign in _TONES))
        for word in plain.split()
    )


def search(
    rows: Iterable[tuple[int, Sequence[str]]],
    columns: Sequence[Column],
    required: Collection[str],
) -> Heading:
    """Return the first row that names every required column, or the one that comes nearest."""
    keys = {fold(name): column.key for column in columns for name in (*column.titles, column.key)}
    spoken = {column.key: (*column.titles, column.key)[0] for column in columns}
    nearest = Heading(missing=tuple(spoken[key] for key in required))
    for row, cells in rows:
        heading = _heading(row, cells, keys, required, spoken)
        if not heading.missing:
            return heading
        if len(heading.places) > len(nearest.places):
            nearest = heading
    return nearest


def _heading(
    row: int,
    cells: Sequence[str],
    keys: dict[str, str],
    required: Collection[str],
    spoken: dict[str, str],
) -> Heading:
    """Return a row read as a heading."""
    titles = tuple(" ".join(unicodedata.normalize("NFC", cell).split()) for cell in cells)
    places: dict[str, int] = {}
    repeated = ""
    for place, title in enumerate(titles):
        key = keys.get(fold(title)) if len(title) < _LONGEST_TITLE else None
        if key in places:
            repeated = title
        elif key:
            places[key] = place
    missing = tuple(spoken[key] for key in required if key not in places)
    return Heading(row, titles, places, missing, repeated)


_LONGEST_TITLE = 200
