"""How each programme is lent in the demonstration: to whom, how much, when, for how long.

What the law fixes (rates, ceilings, since when) is not here but in the lending policy; here is
only what makes a book look lived in. Shares and sizes follow what branches publish.
"""

from typing import NamedTuple

MILLION = 1_000_000
STANDINGS = ("HN", "HCN", "MTN", "KHAC")
STANDING_WEIGHTS = (10, 13, 12, 65)

Weighted = tuple[tuple[int, int], ...]


class Habit(NamedTuple):
    """A programme as it is lent.

    shares      weight among households of each of STANDINGS
    sizes       (first month, ((million dong, weight), ...)); of one term's draw for a course
    terms       ((months or, for a course, terms of study), weight)
    every       months between principal instalments where policy does not say
    months      first and last month it is lent in, within what policy allows
    where       "" anywhere, "rural" not in wards, "upland" in disadvantaged communes
    elsewhere   programme lent instead where it is not
    direct      lent without a group, in ten thousand
    local       lent from local capital, in ten thousand
    """

    code: str
    shares: tuple[int, int, int, int]
    sizes: tuple[tuple[int, Weighted], ...]
    terms: Weighted
    every: int
    purposes: tuple[str, ...]
    months: tuple[int, int] = (0, 69)
    where: str = ""
    elsewhere: str = ""
    direct: int = 0
    local: int = 500
    course: bool = False
    grace: int = 0


_LIVELIHOOD = ("Chăn nuôi bò", "Trồng rừng", "Trồng lúa", "Nuôi lợn", "Trồng cao su", "Nuôi gà")
_TRADE = ("Mua bán nông sản", "Đóng tàu, ngư lưới cụ", "Nuôi tôm", "Mở xưởng mộc", "Trồng hồ tiêu")
_POOR: Weighted = ((20, 4), (30, 14), (40, 16), (50, 39), (60, 7), (70, 6), (80, 6), (100, 8))
_FARM_TERMS: Weighted = ((12, 4), (24, 6), (36, 30), (60, 45), (120, 15))

HABITS = (
    Habit("01", (520, 0, 0, 0), ((0, _POOR),), _FARM_TERMS, 12, _LIVELIHOOD),
    Habit("19", (0, 600, 0, 0), ((0, _POOR),), _FARM_TERMS, 12, _LIVELIHOOD),
    Habit(
        "09",
        (0, 0, 560, 0),
        ((0, _POOR),),
        ((12, 4), (24, 6), (36, 35), (60, 55)),
        12,
        _LIVELIHOOD,
    ),
    Habit(
        "06",
        (180, 210, 240, 490),
        ((0, ((20, 80), (16, 8), (10, 12))), (44, ((50, 72), (40, 10), (25, 18)))),
        ((36, 15), (60, 85)),
        6,
        ("Nước sạch", "Nhà vệ sinh", "Nước sạch và nhà vệ sinh"),
        where="rural",
        elsewhere="03",
    ),
    Habit(
        "03",
        (60, 80, 110, 320),
        (
            (0, ((30, 21), (40, 21), (50, 40), (60, 4), (70, 4), (80, 3), (100, 7))),
            (60, ((50, 30), (70, 15), (80, 18), (100, 29), (150, 4), (200, 4))),
        ),
        ((24, 5), (36, 40), (60, 50), (120, 5)),
        12,
        _LIVELIHOOD + _TRADE,
        direct=350,
        local=5500,
    ),
    Habit(
        "03P",
        (70, 10, 10, 22),
        ((0, ((30, 20), (50, 60), (80, 10), (100, 10))),),
        ((36, 50), (60, 50)),
        12,
        _LIVELIHOOD,
        direct=1500,
        local=1500,
    ),
    Habit(
        "02",
        (50, 50, 42, 42),
        ((0, ((10, 30), (12, 50), (8, 20))), (17, ((20, 60), (18, 15), (15, 15), (12, 10)))),
        ((4, 15), (6, 25), (8, 60)),
        6,
        ("Chi phí học tập",),
        course=True,
    ),
    Habit(
        "02-43",
        (2, 2, 2, 4),
        ((0, ((25, 60), (22, 20), (20, 20))),),
        ((4, 20), (8, 80)),
        6,
        ("Chi phí học tập ngành STEM",),
        course=True,
    ),
    Habit(
        "02MT",
        (16, 12, 4, 3),
        ((0, ((10, 80), (8, 20))),),
        ((24, 30), (36, 70)),
        6,
        ("Máy tính học tập",),
        months=(16, 35),
    ),
    Habit(
        "04",
        (20, 22, 22, 22),
        ((0, ((50, 20), (80, 30), (100, 35), (120, 10), (150, 5))),),
        ((36, 60), (60, 40)),
        12,
        ("Đi làm việc ở nước ngoài",),
        direct=2500,
    ),
    Habit(
        "04P",
        (20, 0, 0, 1),
        ((0, ((80, 40), (100, 40), (150, 20))),),
        ((36, 70), (60, 30)),
        12,
        ("Đi làm việc ở nước ngoài",),
        direct=1000,
    ),
    Habit(
        "10",
        (0, 0, 0, 240),
        ((0, ((30, 25), (40, 15), (50, 60))), (30, ((50, 60), (60, 10), (80, 10), (100, 20)))),
        ((36, 35), (60, 65)),
        12,
        _LIVELIHOOD + _TRADE,
        where="upland",
        elsewhere="03",
    ),
    Habit(
        "15",
        (0, 0, 0, 10),
        ((0, ((30, 40), (50, 60))), (30, ((50, 70), (80, 20), (100, 10)))),
        ((36, 50), (60, 50)),
        12,
        ("Cửa hàng tạp hóa", "Mua bán nông sản"),
        where="upland",
        elsewhere="03",
    ),
    Habit(
        "12",
        (0, 2, 2, 5),
        ((0, ((300, 35), (400, 30), (500, 25), (700, 10))),),
        ((180, 30), (240, 50), (300, 20)),
        6,
        ("Mua nhà ở xã hội", "Xây mới nhà ở", "Sửa chữa nhà ở"),
        months=(36, 69),
        direct=10_000,
        local=3000,
    ),
    Habit(
        "25N",
        (110, 0, 0, 0),
        ((0, ((40, 100),)),),
        ((180, 100),),
        12,
        ("Làm nhà ở",),
        where="upland",
        elsewhere="01",
        local=0,
        grace=60,
    ),
    Habit(
        "25D",
        (30, 0, 0, 0),
        ((0, ((50, 80), (40, 20))),),
        ((180, 100),),
        12,
        ("Tạo quỹ đất ở",),
        where="upland",
        elsewhere="01",
        local=0,
        grace=60,
    ),
    Habit(
        "25S",
        (60, 0, 0, 0),
        ((0, ((50, 60), (70, 40))),),
        ((120, 100),),
        12,
        ("Đất sản xuất", "Chuyển đổi nghề"),
        where="upland",
        elsewhere="01",
        local=0,
        grace=60,
    ),
    Habit(
        "07",
        (90, 0, 0, 0),
        ((0, ((25, 100),)),),
        ((180, 100),),
        12,
        ("Làm nhà ở",),
        months=(0, 5),
        local=0,
        grace=60,
    ),
    Habit(
        "26",
        (4, 4, 4, 4),
        ((0, ((50, 40), (80, 20), (100, 40))),),
        ((36, 40), (60, 60)),
        12,
        _LIVELIHOOD + _TRADE,
    ),
    Habit(
        "13",
        (3, 3, 3, 3),
        ((0, ((50, 40), (80, 30), (100, 30))),),
        ((36, 40), (60, 60)),
        12,
        _LIVELIHOOD + _TRADE,
    ),
)

# Fields are prepared and forests planted in spring, schools and building begin in autumn.
SEASON = (4, 5, 10, 12, 10, 7, 6, 9, 12, 12, 8, 5)
YEARS = (13, 18, 20, 23, 26, 28)
COURSE_SEASON = (0, 0, 3, 1, 0, 0, 0, 0, 7, 4, 0, 0)

TRUSTEES = ("12", "11", "13", "14")
TRUSTEE_WEIGHTS = (38, 33, 17, 12)
