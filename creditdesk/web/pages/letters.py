"""The register of letters: which numbers were given to whom, by year and place."""

from dataclasses import replace

from flask import Blueprint, render_template

from creditdesk import communes, letters
from creditdesk.accesses import LIST, View
from creditdesk.web import asked as address
from creditdesk.web import edge, within
from creditdesk.web.shapes import TextField, WholeField

PAGE = 100

pages = Blueprint("letters", __name__)


class LettersQuery(address.Query):
    """Which letters are looked for, and where the page of them begins."""

    year = WholeField(1900, 9999, load_default=None)
    q = TextField(100, load_default="")
    below = WholeField(1, letters.NEWEST, load_default=letters.NEWEST)


@pages.get("/statements/letters")
def index() -> str:
    """Show the letters that went out, the newest first: number, day, to whom, by whom."""
    told = address.of_address(LettersQuery())
    with edge.read() as tx:
        cover = edge.cover(tx)
        chosen = replace(address.asked(cover, unit="dong"), as_of=edge.today())
        near = within.area(tx, "letters", chosen.place or None, as_of=chosen.as_of)
        found, more = letters.register(
            tx,
            near.columns,
            year=told["year"],
            text=told["q"],
            below=told["below"],
            limit=PAGE,
        )
        places = address.places(tx, cover, chosen)
    seen = {one.seen for one in found if one.seen}
    edge.note(View("letters", LIST, chosen.place, customers=seen))
    return render_template(
        "statements/letters.html",
        chosen=chosen,
        places=places,
        wanted=told,
        found=found,
        more=more,
        later=told["below"] < letters.NEWEST,
        known=communes.map_on(chosen.as_of).communes,
    )
