"""Facts that the tables of places and their reader must keep."""

import shutil
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from creditdesk.errors import Malformed
from creditdesk.geography import Geography, load

PLACES = Path(__file__).parents[2] / "config" / "places"
FIRST_DAY = date(2025, 7, 1)
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def places() -> Geography:
    return load(PLACES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PLACES, tmp_path / "places"))


def spoil(file: Path, line: int, old: str, new: str) -> None:
    lines = file.read_text("utf-8").splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    file.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize("day", [FIRST_DAY, TODAY])
def test_34_provinces_and_3321_communes_are_in_force(places: Geography, day: date) -> None:
    assert len(places.provinces_on(day)) == 34
    communes = places.communes_on(day)
    assert len(communes) == len({commune.code for commune in communes}) == 3321


def test_63_provinces_and_10035_communes_were_in_force_until_june_2025(places: Geography) -> None:
    assert len(places.provinces_on(date(2025, 6, 30))) == 63
    assert places.communes_on(date(2025, 6, 30)) == ()
    assert len(places.former_communes) == 10035
    assert {former.valid_to for former in places.former_communes} == {date(2025, 6, 30)}


@pytest.mark.parametrize(
    ("province", "kinds"),
    [
        ("44", {"xa": 69, "phuong": 8, "dac-khu": 1}),
        ("46", {"xa": 19, "phuong": 21}),
        ("75", {"xa": 62, "phuong": 33}),
    ],
)
def test_provinces_have_their_published_number_of_communes(
    places: Geography, province: str, kinds: dict[str, int]
) -> None:
    communes = [commune for commune in places.communes_on(TODAY) if commune.province == province]
    assert Counter(commune.kind for commune in communes) == kinds


def test_old_quang_tri_had_119_communes_and_quang_binh_145(places: Geography) -> None:
    then = Counter(
        former.province_then for former in places.former_communes if former.province_now == "44"
    )
    assert then == {"45": 119, "44": 145}


@pytest.mark.parametrize(
    ("code", "name", "kind", "province"),
    [
        ("18880", "Đồng Hới", "phuong", "44"),
        ("19009", "Ba Đồn", "phuong", "44"),
        ("19204", "Trường Sơn", "xa", "44"),
        ("19249", "Lệ Thủy", "xa", "44"),
        ("19333", "Đông Hà", "phuong", "44"),
        ("19351", "Nam Đông Hà", "phuong", "44"),
        ("19360", "Quảng Trị", "phuong", "44"),
        ("19363", "Vĩnh Linh", "xa", "44"),
        ("19429", "Khe Sanh", "xa", "44"),
        ("19432", "Lao Bảo", "xa", "44"),
        ("19495", "Gio Linh", "xa", "44"),
        ("19564", "Đakrông", "xa", "44"),
        ("19624", "Triệu Phong", "xa", "44"),
        ("19702", "Hải Lăng", "xa", "44"),
        ("19741", "Mỹ Thủy", "xa", "44"),
        ("19742", "Cồn Cỏ", "dac-khu", "44"),
        ("19753", "Phú Xuân", "phuong", "46"),
        ("20056", "A Lưới 1", "xa", "46"),
        ("20107", "Phú Lộc", "xa", "46"),
    ],
)
def test_known_codes_name_known_communes(
    places: Geography, code: str, name: str, kind: str, province: str
) -> None:
    found = [commune for commune in places.communes_on(TODAY) if commune.code == code]
    assert [(row.name, row.kind, row.province) for row in found] == [(name, kind, province)]


def test_one_code_names_different_places_before_and_after_a_change(places: Geography) -> None:
    def seen(code: str, day: date) -> list[tuple[str, str]]:
        return [(row.name, row.kind) for row in places.provinces_on(day) if row.code == code]

    assert seen("44", date(2025, 6, 30)) == [("Quảng Bình", "tinh")]
    assert seen("44", FIRST_DAY) == [("Quảng Trị", "tinh")]
    assert seen("46", date(2024, 12, 31)) == [("Thừa Thiên Huế", "tinh")]
    assert seen("46", date(2025, 1, 1)) == [("Huế", "thanh-pho")]
    assert seen("75", date(2026, 4, 29)) == [("Đồng Nai", "tinh")]
    assert seen("75", date(2026, 4, 30)) == [("Đồng Nai", "thanh-pho")]


def test_seven_of_34_are_centrally_run_cities(places: Geography) -> None:
    kinds = Counter(province.kind for province in places.provinces_on(TODAY))
    assert kinds == {"thanh-pho": 7, "tinh": 27}


def test_ten_communes_of_dong_nai_became_wards_on_30_april_2026(places: Geography) -> None:
    before = {row.code: row.kind for row in places.communes_on(date(2026, 4, 29))}
    after = {row.code: row for row in places.communes_on(date(2026, 4, 30))}
    changed = [row for code, row in after.items() if before[code] != row.kind]
    assert len(changed) == 10
    assert {(row.province, row.kind) for row in changed} == {("75", "phuong")}


def test_every_former_commune_went_somewhere_and_whole_ones_to_one_place(
    places: Geography,
) -> None:
    went = Counter(merger.old_code for merger in places.mergers)
    assert set(went) == {former.code for former in places.former_communes}
    whole = {merger.old_code for merger in places.mergers if merger.share == "whole"}
    assert whole == {code for code, times in went.items() if times == 1}


def test_people_of_a_former_commune_go_all_to_one_place_or_in_parts_to_several(
    places: Geography,
) -> None:
    for_all = Counter(row.old_code for row in places.mergers if row.people == "all")
    in_part = {row.old_code for row in places.mergers if row.people == "part"}
    assert set(for_all.values()) == {1}
    assert not in_part & set(for_all)
    assert in_part | set(for_all) == {former.code for former in places.former_communes}


def test_only_the_five_island_districts_without_communes_have_no_former_commune(
    places: Geography,
) -> None:
    heirs = {merger.new_code for merger in places.mergers}
    orphans = {row.name for row in places.communes_on(FIRST_DAY) if row.code not in heirs}
    assert orphans == {"Bạch Long Vĩ", "Cồn Cỏ", "Hoàng Sa", "Lý Sơn", "Côn Đảo"}


def test_mergers_stay_within_the_province_of_now(places: Geography) -> None:
    now = {commune.code: commune.province for commune in places.communes_on(FIRST_DAY)}
    then = {former.code: former.province_now for former in places.former_communes}
    assert all(now[row.new_code] == then[row.old_code] for row in places.mergers)


def test_names_are_composed_and_plain(places: Geography) -> None:
    kinds = (places.provinces, places.communes, places.former_communes)
    names = [row.name for rows in kinds for row in rows]
    prefixes = ("Xã ", "Phường ", "Đặc khu ", "Thị trấn ", "Tỉnh ", "Thành phố ")
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert [name for name in names if name.startswith(prefixes)] == []


def test_the_version_is_the_day_of_the_latest_change(places: Geography) -> None:
    assert places.version == "2026-04-30"


@pytest.mark.parametrize(
    ("file", "line", "change", "column"),
    [
        ("provinces.csv", 1, ("code", "mã"), "code"),
        ("provinces.csv", 3, ("tinh", "quan"), "kind"),
        ("provinces.csv", 5, ("2025-06-30", "30/06/2025"), "valid_to"),
        ("communes.csv", 2, ("00004", "0004"), "code"),
        ("communes.csv", 3, ("00008", "00004"), "code"),
        ("communes.csv", 4, (",phuong", ""), "valid_to"),
        ("communes.csv", 5, (",01,", ",02,"), "province"),
        ("communes.csv", 6, ("2025-07-01,", "2025-07-01,2025-06-01"), "valid_to"),
        ("former_communes.csv", 2, ("Phúc Xá", unicodedata.normalize("NFD", "Phúc Xá")), "name"),
        ("former_communes.csv", 3, ("00004", "00001"), "code"),
        ("former_communes.csv", 4, (",01,01,", ",03,01,"), "province_then"),
        ("former_communes.csv", 5, (",01,01,", ",01,99,"), "province_now"),
        ("mergers.csv", 2, ("00001", "99999"), "old_code"),
        ("mergers.csv", 3, (",00004,", ",99999,"), "new_code"),
        ("mergers.csv", 4, ("whole", "half"), "share"),
    ],
)
def test_a_broken_row_is_refused_with_its_place(
    folder: Path, file: str, line: int, change: tuple[str, str], column: str
) -> None:
    spoil(folder / file, line, *change)
    with pytest.raises(Malformed) as refusal:
        load(folder)
    facts = refusal.value.facts
    assert (facts["file"], facts["line"], facts["column"]) == (file, line, column)
