"""Documents whose letters and lists each begin a page; below the last, what they come to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path

from creditdesk.engine import days
from creditdesk.engine.money import written
from creditdesk.evidence import NO_PROOF, Proof
from creditdesk.sheets import Cell, Leaf, Line, Part, Sheet, first_text
from reports import checked, forms, in_words, letters, scopes, sheet, titles
from reports.forms import FORMS, Form
from reports.paper import HEADING, MARGIN, PROOF, SIGNATURES, Imprint, Paper

_FACT_SIZE = 10
_LEAST = 60.0  # [pt] that stays free below a table


def render(found: Sheet, *, fonts: Path | None = None, proof: Proof = NO_PROOF) -> bytes:
    """Return a document of leaves as a PDF: the same value gives the same bytes.

    Raises FileNotFoundError or ValueError where `fonts` cannot write Vietnamese.
    """
    form, scope = FORMS[found.form], found.evidence.scope
    author = f"{scopes.PARENT} {scopes.branch(scope)}"
    imprint = Imprint(form.name, author, found.evidence, proof)
    left = letters.MARGIN if found.form in letters.LETTERS else MARGIN
    parts = chain(found.parts, *(leaf.parts for leaf in found.leaves))
    rows = sum(len(part.lines) for part in parts)
    paper = sheet.page(imprint, form, fonts, rows=rows, left=left)
    for at, leaf in enumerate(found.leaves):
        if at:
            paper.turn()
        ending = (0.0,) if _summed_up(found) else sheet.ends(paper, found, _signed(found))
        _leaf(paper, found, form, leaf, ending=ending)
    _closing(paper, found, form)
    return paper.finish()


def _leaf(
    paper: Paper, found: Sheet, form: Form, leaf: Leaf, *, ending: tuple[float, ...]
) -> None:
    if found.form in letters.LETTERS:
        letters.draw(paper, found, form, leaf)
        return
    _front(paper, found, form, leaf)
    said = _in_words(form, leaf)
    signed = paper.tall(said, size=10) + (SIGNATURES if form.leaf else 0)
    several = len(leaf.parts) > 1
    for at, part in enumerate(leaf.parts, 1):
        title = forms.PARTS[part.code] if several else ""
        ends = tuple(signed + one for one in ending) if at == len(leaf.parts) else (_LEAST,)
        above = HEADING if title else 0
        after = sheet.settle(paper, part, form, ends, above=above, first=at == 1)
        sheet.draw(paper, part, form, after=after, title=title)
    for one in said:
        paper.flow(one, face=paper.faces.italic, size=10)
    if form.leaf:
        place = paper.faces.italic.clean(found.evidence.scope.province_name)
        paper.signatures(place, paper.imprint.made.date(), form.leaf)


def _in_words(form: Form, leaf: Leaf) -> list[str]:
    if leaf.in_words is None:
        return []
    said = in_words.dong(leaf.in_words)
    return [f"{form.words}: {said[0].upper()}{said[1:]}."]


def _front(paper: Paper, found: Sheet, form: Form, leaf: Leaf) -> None:
    evidence, faces = found.evidence, paper.faces
    sheet.titled(paper, form, evidence)
    _facts(paper, leaf)
    if evidence.demonstration:
        paper.flow(scopes.DEMONSTRATION, face=faces.bold, size=10)
    checked.alarm(paper, evidence)
    paper.y -= 4


def _facts(paper: Paper, leaf: Leaf) -> None:
    """Write what heads a leaf in two columns; what does not fit half a line has one alone."""
    half, face = paper.room / 2, paper.faces.regular
    line: list[str] = []
    for said in _told(leaf):
        wide = face.width(face.clean(said), _FACT_SIZE) > half - 8
        if line and (wide or len(line) == 2):
            _pair(paper, line)
            line = []
        line.append(said)
        if wide:
            paper.flow(line.pop(), size=_FACT_SIZE)
    if line:
        _pair(paper, line)


def _pair(paper: Paper, texts: Sequence[str]) -> None:
    paper.need(_FACT_SIZE * 1.3)
    paper.y -= _FACT_SIZE * 1.3
    for at, text in enumerate(texts):
        x = paper.left + at * paper.room / 2
        paper.write(text, x, paper.y + _FACT_SIZE * 0.3, size=_FACT_SIZE)


def _told(leaf: Leaf) -> Iterator[str]:
    for code, cell in leaf.facts.items():
        if cell not in (None, ""):
            yield f"{titles.FACTS[code]}: {told(cell)}"


def told(cell: Cell) -> str:
    """Return a fact as it is read: a day, an amount of dong, or what is said."""
    if isinstance(cell, date):
        return days.written(cell)
    return f"{written(cell)} đồng" if isinstance(cell, int) else str(cell)


def _closing(paper: Paper, found: Sheet, form: Form) -> None:
    """Write below the leaves what they come to, what was checked, and who signs for them all."""
    ending = sheet.ends(paper, found, _signed(found))
    if _summed_up(found):
        paper.turn()
        with paper.part("H1"):
            paper.flow(f"TỔNG HỢP: {form.title}", face=paper.faces.bold, size=12)
        paper.flow(f"{scopes.covered(found.evidence.scope)}.", size=10)
        if found.evidence.demonstration:
            paper.flow(scopes.DEMONSTRATION, face=paper.faces.bold, size=10)
        low = replace(form, tall=0)  # In what sums up nobody writes.
        for at, part in enumerate(found.parts, 1):
            paper.y -= 4
            below = ending if at == len(found.parts) else (_LEAST,)
            summed = leads(part)
            after = sheet.settle(paper, summed, low, below, first=at == 1)
            sheet.draw(paper, summed, low, after=after)
    sheet.notes(paper, found, ending[-1])
    checked.signed(paper, found.evidence, form.posts if _signed(found) > PROOF else ())


def _summed_up(found: Sheet) -> bool:
    """Return whether leaves are followed by what they come to."""
    shown = {part.code for leaf in found.leaves for part in leaf.parts}
    apart = any(part.code not in shown for part in found.parts)
    return len(found.leaves) > 1 or apart or found.form in letters.LETTERS


def _signed(found: Sheet) -> float:
    """Return how high [pt] is what ends a document: the proof, and who signs for the whole."""
    return PROOF + (0 if FORMS[found.form].leaf and not _summed_up(found) else SIGNATURES)


def leads(part: Part) -> Part:
    """Return what a table's leads say, one line each; a table without leads as it is."""
    found = [line for line in part.lines if line.kind == "lead"]
    if not found:
        return part
    name = first_text(part)
    kept = [
        at
        for at, column in enumerate(part.columns)
        if at in (0, name) or any(line.cells[at] not in (None, "") for line in found)
    ]
    columns = tuple(
        part.columns[at] if at != name else part.columns[at]._replace(code="leaf") for at in kept
    )
    lines = [
        Line((str(number), *(line.cells[at] for at in kept[1:])))
        for number, line in enumerate(found, 1)
    ]
    last = part.lines[-1]
    lines.append(last._replace(cells=tuple(last.cells[at] for at in kept)))
    return Part(part.code, columns, tuple(lines))
