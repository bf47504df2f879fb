"""What `make bench` compares is the same question, and a wrong answer is never timed."""

import numpy as np
import pytest

from tests.bench import __main__ as bench
from tests.bench import province
from tests.bench.measure import Timing, Wrong, demand, interleaved


def test_the_reference_province_has_its_known_interest():
    book = province.loans()
    parts = (province.rows(book.part(at, at + 20_000)) for at in range(0, province.LOANS, 20_000))

    count, interest = np.sum([(len(part[0]), part[2].sum()) for part in parts], axis=0)

    assert (count, interest) == (province.ROWS, province.INTEREST)


def test_the_engine_agrees_with_whole_columns_row_by_row():
    book = province.loans().part(0, 300)

    by_engine = province.flat(province.quoted(book.requests()))

    assert all(map(np.array_equal, by_engine, province.rows(book)))


def test_ways_take_turns():
    turns = []

    interleaved(
        {"one": lambda n: turns.append(("one", n)), "two": lambda n: turns.append("two")}, 2
    )

    assert turns == [("one", 0), "two", ("one", 1), "two"]


def test_a_sample_counts_for_the_whole():
    plain, ours = Timing((1.0, 2.0, 3.0), scale=10), Timing((1.0, 1.0, 1.0))

    assert plain.seconds == 20
    assert plain.over(ours).rounds == (10, 20, 30)


def test_a_wrong_answer_stops_a_measurement():
    with pytest.raises(Wrong, match="rows add up"):
        demand(False, "rows add up")


def test_an_unknown_bar_is_refused(capsys):
    with pytest.raises(SystemExit) as stopped:
        bench.main(["--only", "z9"])

    assert stopped.value.code == 2
    assert "z9" in capsys.readouterr().err
