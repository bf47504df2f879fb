"""Whole numbers and amounts of dong in Vietnamese words, as the bank writes them under a total.

The bank's usage: `linh` for a zero ten, `mốt` and `lăm` after `mươi`, `bốn` (never `tư`), `nghìn`,
`tỷ`; a group of three zeros is silent; a group below a thousand is read in full once something
larger was said (1.005 is "một nghìn không trăm linh năm"); beyond a thousand billions the
billions are read as a number of their own (nghìn tỷ, triệu tỷ, tỷ tỷ).
"""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9


def number(whole: int) -> str:
    """Return a whole number in words: 1.021 is `một nghìn không trăm hai mươi mốt`."""
    if whole < 0:
        return "âm " + number(-whole)
    return " ".join(_number(whole)) if whole else _DIGITS[0]


def dong(amount: int) -> str:
    """Return an amount [dong] in words: `chín tỷ sáu trăm ba mươi sáu triệu đồng`."""
    return number(amount) + " đồng"


def _number(whole: int) -> list[str]:
    billions, rest = divmod(whole, _BILLION)
    said = [*_number(billions), "tỷ"] if billions else []
    for unit, name in ((10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        group = rest // unit % 1000
        if group:
            said += _group(group, in_full=bool(said))
            said += [name] if name else []
    return said


def _group(group: int, *, in_full: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    said = [_DIGITS[hundreds], "trăm"] if hundreds or in_full else []
    return said + _below_hundred(*divmod(rest, 10), after=bool(said))


def _below_hundred(tens: int, ones: int, *, after: bool) -> list[str]:
    if tens == 0:
        return (["linh"] if after else []) + [_DIGITS[ones]] if ones else []
    said = ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if ones == 1:
        said.append("một" if tens == 1 else "mốt")
    elif ones:
        said.append("lăm" if ones == 5 else _DIGITS[ones])
    return said
