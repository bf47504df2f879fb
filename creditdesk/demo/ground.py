"""The ground a demonstration stands on: a province's communes, invented offices and sessions."""

from dataclasses import dataclass

import numpy as np

from creditdesk.demo import months
from creditdesk.demo.chance import Chance
from creditdesk.errors import NotFound
from creditdesk.geography import Geography

COMMUNES_PER_OFFICE = 46, 10
"""About four or five: the bank kept the offices of the former districts."""
_SESSION_DAYS = 4, 25
_VILLAGES = 6, 18


class ProvinceUnknown(NotFound):
    """No province of that code has communes."""

    code = "province-unknown"


@dataclass(frozen=True, slots=True)
class Ground:
    """The communes of a province; every array has one value per commune.

    codes        national commune codes, rising
    wards        whether it is a ward; upland: whether it counts as a disadvantaged area
    weights      how many households live there, compared with the others
    office       number of its office, from 1: neighbours in the list of codes share one
    session_day  day of the month on which the bank comes
    villages     how many villages it has
    """

    province: str
    codes: tuple[str, ...]
    wards: np.ndarray
    upland: np.ndarray
    weights: np.ndarray
    office: np.ndarray
    session_day: np.ndarray
    villages: np.ndarray

    def office_code(self, office: int) -> str:
        """Return the six digits of an office: invented, in the shape of the bank's own codes."""
        return f"00{self.province}{office:02d}"


def survey(geography: Geography, province: str, seed: int) -> Ground:
    """Return the ground of a province as it is on the data date.

    Raises ProvinceUnknown.
    """
    found = sorted(
        (row for row in geography.communes_on(months.DATA_DATE) if row.province == province),
        key=lambda row: row.code,
    )
    if not found:
        raise ProvinceUnknown(province=province)
    count = len(found)
    kinds = np.array([row.kind for row in found])
    chance = Chance(seed, int(province), 1)
    few, of = COMMUNES_PER_OFFICE
    offices = max(1, (count * of + few // 2) // few)
    wards = kinds == "phuong"
    weights = chance.between(50, 150, count)
    weights[kinds == "dac-khu"] = 3
    return Ground(
        province=province,
        codes=tuple(row.code for row in found),
        wards=wards,
        upland=chance.happens(3500, count) & ~wards,
        weights=weights,
        office=np.arange(count) * offices // count + 1,
        session_day=chance.between(*_SESSION_DAYS, count),
        villages=chance.between(*_VILLAGES, count),
    )
