"""A demonstration book: a province's communes, invented people, and the files of its offices.

Everything follows from a seed: the same call writes the same bytes on every machine. Names are
marked as invented, identity numbers belong to no province, receipts begin with MH. What the desk
does in the newest months - applications, decisions, a move - is entered through the acts.
"""

from collections.abc import Iterator
from pathlib import Path

from creditdesk import settings
from creditdesk.demo import contracts as signing
from creditdesk.demo import fates, ground, law, lives, people
from creditdesk.demo.chance import Chance
from creditdesk.demo.contracts import Reported
from creditdesk.demo.desk import Office, some_contracts, work
from creditdesk.demo.files import Clerk, OfficeFiles
from creditdesk.demo.ground import ProvinceUnknown
from creditdesk.demo.months import DATA_DATE

__all__ = [
    "DATA_DATE",
    "FULL_LOANS",
    "LOANS",
    "PROVINCE",
    "REPORTED",
    "SEED",
    "Office",
    "OfficeFiles",
    "ProvinceUnknown",
    "Reported",
    "build",
    "generate",
    "some_contracts",
    "work",
]

PROVINCE = "44"
SEED = 2025
LOANS = 3_000
FULL_LOANS = 230_000
REPORTED = Reported(households=179_860, drawn=9_903_636_000_000)
"""Households that drew in Quảng Trị in 2021-2025, and what they drew [dong], as published."""


def generate(
    folder: Path,
    *,
    province: str = PROVINCE,
    loans: int | None = None,
    seed: int = SEED,
    full: bool = False,
) -> Iterator[OfficeFiles]:
    """Write a demonstration book into a folder, office by office, and yield each office's files.

    province  national code
    loans     about so many contracts; None: a few thousand, or with `full` a whole province
    full      the province as it was reported: exactly so many households, exactly so much drawn

    Raises ProvinceUnknown.
    """
    reported = REPORTED if full else None
    count = loans or (FULL_LOANS if full else LOANS)
    return build(folder, province=province, loans=count, seed=seed, reported=reported)


def build(
    folder: Path, *, province: str, loans: int, seed: int, reported: Reported | None
) -> Iterator[OfficeFiles]:
    """Write a book with as many loans; with `reported` it adds up to these totals.

    Reported are the households with a balance at the end of 2025, each of which drew in 2021-2025,
    and all draws less re-bookings of these years. Raises ProvinceUnknown, and ValueError when the
    ceilings leave no room for what is to be drawn.
    """
    policy = settings.policy()
    land = ground.survey(settings.geography(), province, seed)
    households = reported.households if reported else max(1, loans * 78 // 100)
    folk = people.settle_in(land, households, seed)
    book = signing.sign(
        land,
        folk,
        law.read(policy),
        loans=max(loans, households),
        seed=seed,
        reported=reported,
    )
    clerk = Clerk(folder, land, folk)
    move_from = policy.overdue_rule.instalments_signed_from.toordinal()
    office_of = land.office[folk.commune[book.household]]
    for office in range(1, int(land.office[-1]) + 1):
        places = (office_of == office).nonzero()[0]
        if not len(places):
            continue
        own = book.of(places)
        chance = Chance(seed, int(province), 4, office)
        movements = lives.live(own, fates.draw_lots(own, chance), chance, move_from)
        yield clerk.write(office, int(places[0]) + 1, own, movements)
