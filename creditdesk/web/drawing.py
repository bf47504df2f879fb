"""Drawings on pages: shapes as SVG, with classes for its tones and nothing inline."""

from markupsafe import Markup

from reports import qr
from reports.shapes import Box, Drawing, Text

_ANCHORS = {"left": "start", "middle": "middle", "right": "end"}


def both(wide: Drawing, narrow: Drawing, label: str) -> Markup:
    """Return a drawing as SVG for desks and paper and for phones, of which one is shown."""
    return _svg(wide, "roomy", label) + _svg(narrow, "slim", label)


def _svg(drawing: Drawing, kind: str, label: str) -> Markup:
    size = f"{drawing.width:g} {drawing.height:g}"
    head = Markup('<svg class="drawing {}" viewBox="0 0 {}" role="img" aria-label="{}">')
    shapes = (_box(one) if isinstance(one, Box) else _text(one) for one in drawing.shapes)
    return head.format(kind, size, label) + Markup("").join(shapes) + Markup("</svg>")


def code(text: str, label: str) -> Markup:
    """Return a text as a QR code in SVG, under a name that is read in its place."""
    many, dark = qr.runs(text)
    side = many + 2 * qr.QUIET
    path = "".join(f"M{qr.QUIET + at} {qr.QUIET + row}h{run}v1h-{run}z" for row, at, run in dark)
    said = '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/></svg>'
    return Markup(said).format(side, side, label, path)


def _box(box: Box) -> Markup:
    outline = " outlined" if box.outlined else ""
    return _BOX % (box.tone, outline, *box[:4])


def _text(text: Text) -> Markup:
    kinds = " ".join(name for name in ("bold", "white") if getattr(text, name))
    return _TEXT % (kinds, text.x, text.y, text.size, _ANCHORS[text.align], text.text)


_BOX = Markup('<rect class="tone-%s%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"></rect>')
_TEXT = Markup('<text class="%s" x="%.1f" y="%.1f" font-size="%.1f" text-anchor="%s">%s</text>')
