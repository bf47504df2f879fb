"""A link to a file: it opens that file for whoever has it, and shows no other page of the desk."""

from flask import Blueprint, Response

from creditdesk.web import edge, fetching, limits

pages = Blueprint("linked", __name__)


@pages.get("/files/<secret>")
def file(secret: str) -> Response:
    """Send the file that a link opens; that it was used is noted before."""
    limits.of_address()
    with edge.read() as tx:
        found, parcel = fetching.opened(tx, secret[:100], edge.moment())
        held, content = fetching.fetch(tx, parcel)
    fetching.note(held, parcel, link=found.number)
    answer = Response(content, content_type=held.media)
    answer.headers.set("Content-Disposition", "attachment", filename=held.name)
    return answer
