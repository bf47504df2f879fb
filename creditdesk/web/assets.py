"""Style, script and marks: ours and Bootstrap's, under addresses that change with what they hold.

Of the package that carries Bootstrap only the files named here are served, and none of its code
runs.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, Response, abort
from flask_compress import Compress

_OURS = Path(__file__).resolve().parent / "static"
_BOOTSTRAP = ("bootstrap5/css/bootstrap.min.css",)
_COMPRESSED = ("text/css", "text/javascript", "image/svg+xml")
_FOR_EVER = "public, max-age=31536000, immutable"
_SHOWN = 12

pages = Blueprint("assets", __name__)


class Asset(NamedTuple):
    """A file that pages refer to: what it holds, of which kind, and the digest of that."""

    content: bytes
    kind: str
    digest: str


def install(app: Flask) -> None:
    """Give an application its files; these alone are sent compressed.

    A page carries the token of its forms beside words that come from its address: compressed
    together over TLS, their length would tell the token (BREACH).
    """
    app.config["COMPRESS_MIMETYPES"] = list(_COMPRESSED)
    Compress(app)
    app.register_blueprint(pages)
    app.add_template_global(address, "asset")


@cache
def assets() -> Mapping[str, Asset]:
    """Return every file that pages refer to, by its name."""
    spec = find_spec("flask_bootstrap")
    assert spec is not None, "bootstrap-flask is not installed"
    folders = spec.submodule_search_locations or []
    theirs = [Path(folder, "static", name) for folder in folders for name in _BOOTSTRAP]
    return {path.name: _asset(path) for path in (*sorted(_OURS.iterdir()), *theirs)}


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    kind, _ = guess_type(path.name)
    return Asset(content, kind or "application/octet-stream", sha256(content).hexdigest()[:_SHOWN])


def address(name: str) -> str:
    """Return the address of a file in the version that is served now."""
    return f"/assets/{assets()[name].digest}/{name}"


@pages.get("/assets/<digest>/<filename>")
def file(digest: str, filename: str) -> Response:
    """Send a file; whoever has this version of it need not ask again."""
    found = assets().get(filename)
    if found is None:
        abort(404)
    answer = Response(found.content, content_type=f"{found.kind}; charset=utf-8")
    # A page of the version before may still ask for its style: it gets today's, once.
    answer.headers["Cache-Control"] = _FOR_EVER if digest == found.digest else "no-cache"
    return answer
