"""Pictures: money out and back, what is late, the seasons; each with the table behind it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template
from markupsafe import Markup

from creditdesk import papers
from creditdesk.sheets import Part
from creditdesk.statements import NothingInScope, NotYetKnown
from creditdesk.web import drawing, edge
from creditdesk.web import papers as shown
from creditdesk.web.asked import Query, of_address, reachable, within
from creditdesk.web.pages.statements import as_shown, asking, status
from creditdesk.web.shapes import ChoiceField
from creditdesk.web.tabled import Tabled, tabled
from creditdesk.web.writing import hand
from reports import pictures as drawn

NAME = "pictures"
FIGURES = ("outstanding", "drawn", "principal", "late_principal")

pages = Blueprint("pictures", __name__)


class PicturesQuery(Query):
    """Which figure the tiles of communes show."""

    figure = ChoiceField(FIGURES, load_default=FIGURES[0])


@dataclass(frozen=True, slots=True)
class Shown:
    """A table with its pictures: each a title and a drawing."""

    table: Tabled
    pictures: tuple[tuple[str, str, Markup], ...]


@pages.get("/pictures")
def index() -> Any:
    """Show a period in pictures, as they are printed, with the table behind each."""
    kind = papers.kind_of(NAME)
    figure = of_address(PicturesQuery())["figure"]
    trouble, value = None, None
    with edge.read() as tx:
        chosen = within(tx, shown.asked(tx), kind.act)
        wanted = shown.wanted(kind, chosen)
        try:
            value = shown.made(tx, kind, wanted, kind.act)
        except (NothingInScope, NotYetKnown) as refused:
            trouble = refused
        form, linked = asking(tx, chosen), reachable(tx, chosen)
    if value is not None:
        form["asked"] = as_shown(kind, value, chosen)
    page = render_template(
        "statements/pictures.html",
        **form,
        figure=figure,
        figures=FIGURES,
        evidence=None if value is None else value.evidence,
        shown=[] if value is None else [_shown(part, figure) for part in value.parts],
        linked=linked,
        trouble=trouble,
    )
    return make_response(page, status(trouble))


def _shown(part: Part, figure: str) -> Shown:
    w = hand()
    widths = (drawn.WIDE, drawn.NARROW)
    scales = [drawn.scale_of(part, english=w.language == "en", wide=wide) for wide in widths]
    unit = w.told(f"picture.unit-{scales[0].name}")
    found = [
        drawn.of_part(part, scale, lambda code: w.told(f"picture.{code}"), figure)
        for scale in scales
    ]
    return Shown(
        tabled(part),
        tuple(
            (wide.code, title, drawing.both(wide.drawing, narrow.drawing, title))
            for wide, narrow in zip(*found, strict=True)
            for title in [f"{w.told(f'picture.{wide.code}')} ({unit})"]
        ),
    )
