"""QR codes: the marks by which a reader finds one, and that each text has its own."""

from reports import qr

# A dark ring of seven, a light one, a dark square of three. Source: ISO/IEC 18004, 6.3.3.1.
FINDER = [
    "1111111",
    "1000001",
    "1011101",
    "1011101",
    "1011101",
    "1000001",
    "1111111",
]
ADDRESS = "otpauth://totp/creditdesk:soat?secret=AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH"


def grid(text):
    many, runs = qr.runs(text)
    rows = [["0"] * many for _ in range(many)]
    for row, at, run in runs:
        rows[row][at : at + run] = "1" * run
    return ["".join(row) for row in rows]


def test_three_corners_of_a_code_are_marked_and_the_fourth_is_not():
    rows = grid(ADDRESS)
    ends = (slice(0, 7), slice(len(rows) - 7, len(rows)))

    corners = [[row[across] for row in rows[down]] for down in ends for across in ends]

    assert [corner == FINDER for corner in corners] == [True, True, True, False]
    assert (len(rows) - 17) % 4 == 0


def test_another_text_has_another_code_and_the_same_the_same():
    assert grid(ADDRESS) == grid(ADDRESS)
    assert grid(ADDRESS) != grid(ADDRESS.replace("soat", "chi"))
