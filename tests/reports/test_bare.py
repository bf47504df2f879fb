"""A typeface without its hints: smaller, whole, and every letter drawn as before."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFont
from reportlab.pdfbase.ttfonts import TTFontFile

from reports.bare import bare
from reports.faces import SHIPPED_FONTS

FACES = sorted(SHIPPED_FONTS.glob("*.ttf"))
LETTERS = "Q8ăđưếỆỹ√"
MOST = 0.003  # of the dots: hints pull a curve by a unit of the font even in letters as large
WHOLE = 0xB1B0AFBA  # what all words of a font add up to: OpenType, table head


def drawn(font, letter):
    """Return a letter drawn so large that a dot is a unit of the font."""
    units = TTFontFile(io.BytesIO(font)).unitsPerEm
    mask = ImageFont.truetype(io.BytesIO(font), units).getmask(letter)
    return np.frombuffer(bytes(mask), np.uint8).reshape(mask.size)


def differ(one, other):
    """Return whether two letters are not drawn alike."""
    return one.shape != other.shape or (one != other).mean() > MOST


def summed(font):
    return sum(word for (word,) in struct.iter_unpack(">I", font)) & 0xFFFFFFFF


@pytest.mark.parametrize("file", FACES, ids=lambda file: Path(file).stem)
def test_a_face_without_hints_draws_the_same_letters_in_less_room(file):
    whole = file.read_bytes()
    font = bare(whole)
    before, after = (TTFontFile(io.BytesIO(one), validate=1) for one in (whole, font))

    assert len(font) < 0.9 * len(whole)
    assert summed(font) == WHOLE
    assert not {"cvt ", "fpgm", "prep"} & after.table.keys()
    assert after.charWidths == before.charWidths
    assert after.charToGlyph == before.charToGlyph
    assert [one for one in LETTERS if differ(drawn(font, one), drawn(whole, one))] == []


def test_a_face_made_bare_twice_is_the_same():
    once = bare(FACES[0].read_bytes())

    assert bare(once) == once
