"""A cut of a typeface without its hints: they are for coarse screens, and most of its weight.

Of its names only the one by which a program knows it is kept: the others are a kilobyte.
Source: the OpenType specification, tables glyf, loca, maxp and name.
"""

import struct
from collections.abc import Iterator

_HINTS = (b"cvt ", b"fpgm", b"prep")
_WORDS, _SCALE, _MORE, _TWO_SCALES, _FOUR, _HINTED = 0x1, 0x8, 0x20, 0x40, 0x80, 0x100
_POSTSCRIPT = 6  # which name is the one for programs
_ADJUSTED = 0xB1B0AFBA


def bare(font: bytes) -> bytes:
    """Return a TrueType font of the same outlines and widths without instructions."""
    tables = {tag: content for tag, content in _tables(font) if tag not in _HINTS}
    long = struct.unpack_from(">h", tables[b"head"], 50)[0] == 1
    loca = tables[b"loca"]
    offsets = [
        at if long else 2 * at for (at,) in struct.iter_unpack(">I" if long else ">H", loca)
    ]
    outlines, places = bytearray(), [0]
    for start, end in zip(offsets, offsets[1:], strict=False):
        outline = _outline(tables[b"glyf"][start:end])
        outlines += outline + bytes(-len(outline) % 4)
        places.append(len(outlines))
    head = bytearray(tables[b"head"])
    struct.pack_into(">h", head, 50, 1)
    struct.pack_into(">I", head, 8, 0)
    most = bytearray(tables[b"maxp"])
    struct.pack_into(">H", most, 26, 0)  # the longest instructions of a glyph
    tables |= {b"glyf": bytes(outlines), b"head": bytes(head), b"maxp": bytes(most)}
    tables[b"name"] = _called(tables[b"name"])
    tables[b"loca"] = struct.pack(f">{len(places)}I", *places)
    return _font(font[:4], tables)


def _tables(font: bytes) -> Iterator[tuple[bytes, bytes]]:
    count = struct.unpack_from(">H", font, 4)[0]
    for at in range(12, 12 + 16 * count, 16):
        tag, _, start, length = struct.unpack_from(">4sIII", font, at)
        yield tag, font[start : start + length]


def _called(names: bytes) -> bytes:
    """Return a table of names that holds the PostScript name alone, as it is told first."""
    count, strings = struct.unpack_from(">HH", names, 2)
    records = struct.iter_unpack(">HHHHHH", names[6 : 6 + 12 * count])
    *where, size, at = next(record for record in records if record[3] == _POSTSCRIPT)
    said = names[strings + at : strings + at + size]
    return struct.pack(">HHH6H", 0, 1, 18, *where, size, 0) + said


def _outline(glyph: bytes) -> bytes:
    """Return a glyph without its instructions."""
    if not glyph:
        return b""
    contours = struct.unpack_from(">h", glyph)[0]
    if contours < 0:
        return _composed(glyph)
    at = 10 + 2 * contours
    length = struct.unpack_from(">H", glyph, at)[0]
    return glyph[:at] + b"\0\0" + glyph[at + 2 + length :]


def _composed(glyph: bytes) -> bytes:
    """Return a glyph that is put together of others, without its instructions."""
    found, at, more = bytearray(glyph), 10, True
    while more:
        flags = struct.unpack_from(">H", glyph, at)[0]
        struct.pack_into(">H", found, at, flags & ~_HINTED)
        at += 4 + (4 if flags & _WORDS else 2)
        at += next((n for bit, n in ((_SCALE, 2), (_TWO_SCALES, 4), (_FOUR, 8)) if flags & bit), 0)
        more = bool(flags & _MORE)
    return bytes(found[:at])


def _font(version: bytes, tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    search = (16 * power, power.bit_length() - 1, 16 * (count - power))
    head = bytearray(version + struct.pack(">HHHH", count, *search))
    body, place, start = bytearray(), 0, 12 + 16 * count
    for tag, content in sorted(tables.items()):
        place = place if tag != b"head" else start + len(body)
        head += struct.pack(">4sIII", tag, _sum(content), start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    whole = head + body
    if place:
        at = place + 8
        struct.pack_into(">I", whole, at, (_ADJUSTED - _sum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)


def _sum(content: bytes) -> int:
    padded = content + bytes(-len(content) % 4)
    return sum(word for (word,) in struct.iter_unpack(">I", padded)) & 0xFFFFFFFF
