"""Households and groups of the demonstration: invented, and marked as invented in every name."""

from dataclasses import dataclass

import numpy as np

from creditdesk.demo import habits
from creditdesk.demo.chance import Chance
from creditdesk.demo.ground import Ground
from creditdesk.households import MARK

NOBODY = "000"
"""Identity numbers begin with a province's code, and no province has this one."""

_GROUP_SIZE = 52
_GROUPS_AT_LEAST = 4
_SMALLEST_GROUP = 6
_TWO_BORROWERS = 300

_SURNAMES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Võ",
    "Phan",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Trương",
    "Mai",
    "Đoàn",
    "Thái",
    "Cao",
]
_WOMEN = [
    "Thị Lan",
    "Thị Hoa",
    "Thị Hồng",
    "Thị Thủy",
    "Thị Nga",
    "Thị Bích",
    "Thị Yến",
    "Thị Hạnh",
    "Thị Tuyết",
    "Thị Liên",
    "Thị Phượng",
    "Thị Xuân",
    "Thị Thu Hà",
    "Thị Minh Tâm",
    "Ngọc Mai",
    "Thanh Hương",
    "Kim Chi",
    "Thị Diệu",
]
_MEN = [
    "Văn Đông",
    "Văn Hải",
    "Văn Thành",
    "Văn Sơn",
    "Đức Thắng",
    "Quang Vinh",
    "Hữu Phước",
    "Xuân Trường",
    "Văn Lợi",
    "Minh Tuấn",
    "Công Danh",
    "Văn Quý",
    "Đình Khoa",
    "Ngọc Sỹ",
    "Trọng Nghĩa",
    "Văn Bảy",
    "Thanh Bình",
    "Văn Dũng",
]


@dataclass(frozen=True, slots=True)
class People:
    """The households of a province, ordered by commune; every array has one value per household.

    commune   place in the ground's list; standing: place in `habits.STANDINGS`
    group     number of its savings-and-credit group within the commune, from 0
    every_group  number of the same among all groups of the province; heads: their names
    trustee   place in `habits.TRUSTEES` of the group's mass organisation
    village   number of the group's village within the commune, from 1
    shared    whether two of its members borrow, so that a household number joins them
    names     of the first borrower; partners: of the second
    """

    commune: np.ndarray
    standing: np.ndarray
    group: np.ndarray
    every_group: np.ndarray
    heads: np.ndarray
    trustee: np.ndarray
    village: np.ndarray
    shared: np.ndarray
    names: tuple[str, ...]
    partners: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.commune)


def settle_in(ground: Ground, households: int, seed: int) -> People:
    """Return that many households, in every commune at least one as far as they go."""
    chance = Chance(seed, int(ground.province), 2)
    communes = len(ground.codes)
    first = np.arange(min(communes, households))
    commune = np.sort(np.append(first, chance.pick(ground.weights, households - len(first))))
    size = np.bincount(commune, minlength=communes)
    place = np.arange(households) - (np.cumsum(size) - size)[commune]
    groups = np.maximum(
        -(-size // _GROUP_SIZE), np.minimum(_GROUPS_AT_LEAST, size // _SMALLEST_GROUP)
    )
    groups = np.maximum(groups, 1)
    group = place * groups[commune] // size[commune]
    every_group = (np.cumsum(groups) - groups)[commune] + group
    trustee = chance.pick(habits.TRUSTEE_WEIGHTS, int(groups.sum()))[every_group]
    return People(
        commune=commune,
        standing=chance.pick(habits.STANDING_WEIGHTS, households),
        group=group,
        every_group=every_group,
        heads=np.array(names(chance, int(groups.sum()))),
        trustee=trustee,
        village=(group * ground.villages[commune] // groups[commune]) + 1,
        shared=chance.happens(_TWO_BORROWERS, households),
        names=names(chance, households),
        partners=names(chance, households),
    )


def names(chance: Chance, count: int) -> tuple[str, ...]:
    """Return names that nobody bears: each is marked."""
    pool = [*_WOMEN, *_MEN]
    surnames = chance.below(len(_SURNAMES), count).tolist()
    given = chance.below(len(pool), count).tolist()
    return tuple(
        f"{_SURNAMES[surname]} {pool[name]} {MARK}"
        for surname, name in zip(surnames, given, strict=True)
    )
