"""Households, the customers of a household, and the savings-and-credit groups they belong to."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from creditdesk.db import Tx, metadata, on_sqlite
from creditdesk.spelling import to_find

household = sa.Table(
    "household",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("household_no", sa.Text, nullable=False, unique=True),
)

customer = sa.Table(
    "customer",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("customer_no", sa.Text, nullable=False, unique=True),
    sa.Column("household_id", sa.ForeignKey("household.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    # The identity number: sealed for this customer, the digest to find it by, and its mask.
    sa.Column("id_no_sealed", sa.LargeBinary),
    sa.Column("id_no_digest", sa.LargeBinary),
    sa.Column("id_no_masked", sa.Text, nullable=False, server_default=""),
    # As it is found: `spelling.to_find`.
    sa.Column("name_plain", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_customer_name_plain", "name_plain", "id_no_masked"),
    sa.Index("ix_customer_id_no_digest", "id_no_digest"),
)

credit_group = sa.Table(
    "credit_group",
    metadata,
    sa.Column("group_no", sa.Text, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("trustee", sa.Text, nullable=False),
    sa.Column("head", sa.Text, nullable=False),
    sa.Column("head_plain", sa.Text, nullable=False, server_default=""),
)

household_standing = sa.Table(
    "household_standing",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("household_id", sa.ForeignKey("household.id"), nullable=False),
    sa.Column("commune", sa.Text, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    # Number and date of the list by which the commune says so.
    sa.Column("list_no", sa.Text, nullable=False),
    sa.Column("list_on", sa.Date, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.CheckConstraint("standing IN ('HN', 'HCN', 'MTN', 'KHAC')", name="standing"),
    sa.CheckConstraint("until IS NULL OR until >= since", name="until"),
    sa.CheckConstraint("list_no <> ''", name="list_no"),
    sa.Index("ix_household_standing_household_id", "household_id", "id"),
)

_LAST = "9" * 20
STANDING_COLUMNS = (
    "province",
    "household_id",
    "commune",
    "standing",
    "since",
    "until",
    "list_no",
    "list_on",
    "act_id",
)


def find_household(tx: Tx, household_no: str) -> Any | None:
    """Return a household's row."""
    return tx.execute(sa.select(household).where(household.c.household_no == household_no)).first()


def household_no_of(tx: Tx, household_id: int) -> str:
    """Return the number of a household by its inner one."""
    chosen = household.c.id == household_id
    return str(tx.execute(sa.select(household.c.household_no).where(chosen)).scalar_one())


def find_customer(tx: Tx, customer_no: str) -> Any | None:
    """Return a customer's row."""
    return tx.execute(sa.select(customer).where(customer.c.customer_no == customer_no)).first()


def find_group(tx: Tx, group_no: str) -> Any | None:
    """Return a group's row."""
    return tx.execute(sa.select(credit_group).where(credit_group.c.group_no == group_no)).first()


def all_households(tx: Tx) -> dict[str, int]:
    """Return the id of every household by its number."""
    chosen = sa.select(household.c.household_no, household.c.id)
    return {row[0]: row[1] for row in tx.execute(chosen)}


def all_customers(tx: Tx) -> dict[str, Any]:
    """Return every customer by number, as far as files are compared with it."""
    c = customer.c
    chosen = sa.select(c.customer_no, c.id, c.household_id, c.name, c.id_no_digest)
    return {row.customer_no: row for row in tx.execute(chosen)}


def with_digest(tx: Tx, digests: Iterable[bytes]) -> list[str]:
    """Return the numbers of the customers whose identity number has one of these digests."""
    chosen = sa.select(customer.c.customer_no).where(customer.c.id_no_digest.in_(list(digests)))
    return list(tx.execute(chosen.order_by(customer.c.customer_no)).scalars())


def all_groups(tx: Tx) -> dict[str, tuple[str, str]]:
    """Return (trustee, head) of every group by number."""
    chosen = sa.select(credit_group.c.group_no, credit_group.c.trustee, credit_group.c.head)
    return {row[0]: (row[1], row[2]) for row in tx.execute(chosen)}


def add_group(tx: Tx, group_no: str, province: str, trustee: str, head: str) -> None:
    """Write one group."""
    tx.execute(
        sa.insert(credit_group).values(
            group_no=group_no,
            province=province,
            trustee=trustee,
            head=head,
            head_plain=to_find(head),
        )
    )


def add_household(tx: Tx, province: str, household_no: str) -> int:
    """Write one household and return its id."""
    written = (
        sa.insert(household)
        .values(province=province, household_no=household_no)
        .returning(household.c.id)
    )
    return int(tx.execute(written).scalar_one())


def add_customer(tx: Tx, values: dict[str, Any]) -> int:
    """Write one customer and return the id."""
    return int(
        tx.execute(sa.insert(customer).values(**values).returning(customer.c.id)).scalar_one()
    )


def customers_like(
    tx: Tx,
    *,
    words: Iterable[str] = (),
    beginning: str = "",
    masked: str = "",
    digests: Iterable[bytes] = (),
) -> dict[int, str]:
    """Return the plain names, by id, of customers who are like what is said of them.

    words      each begins a word of the name, plain
    beginning  of the number
    masked     the identity number as it is shown
    digests    one of which the identity number has
    """
    c = customer.c
    chosen: list[sa.ColumnElement[bool]] = [c.name_plain.like(f"% {word}%") for word in words]
    chosen += [numbered(c.customer_no, beginning)] if beginning else []
    chosen += [c.id_no_masked == masked] if masked else []
    chosen += [c.id_no_digest.in_(list(digests))] if digests else []
    return {row[0]: row[1] for row in tx.execute(sa.select(c.id, c.name_plain).where(*chosen))}


def groups_like(tx: Tx, *, words: Iterable[str] = (), beginning: str = "") -> list[Any]:
    """Return groups that are like what is said of them: their head's name, or their number."""
    g = credit_group.c
    chosen: list[sa.ColumnElement[bool]] = [g.head_plain.like(f"% {word}%") for word in words]
    chosen += [numbered(g.group_no, beginning)] if beginning else []
    return list(tx.execute(sa.select(credit_group).where(*chosen).order_by(g.group_no)))


def numbered(column: Any, beginning: str) -> sa.ColumnElement[bool]:
    """Return the condition that a number of digits begins so, as an index can be asked it."""
    found: sa.ColumnElement[bool] = sa.and_(column >= beginning, column <= f"{beginning}{_LAST}")
    return found


def customer_numbers(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    """Return customers' numbers by id."""
    wanted = sorted(ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        chosen = sa.select(customer.c.id, customer.c.customer_no).where(
            customer.c.id.in_(wanted[start : start + 500])
        )
        found.update((row[0], row[1]) for row in tx.execute(chosen))
    return found


def each_of(tx: Tx, ids: Sequence[int]) -> sa.Select[Any]:
    """Return the query for some ids, however many: they are sent as one value."""
    if on_sqlite(tx):
        told = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
        return sa.select(told.c.value)
    return sa.select(sa.func.unnest(sa.cast(list(ids), ARRAY(sa.BigInteger))))


def names_by_id(tx: Tx, ids: Sequence[int]) -> dict[int, str]:
    """Return what customers are called, by id."""
    c = customer.c
    chosen = sa.select(c.id, c.name).where(c.id.in_(each_of(tx, ids)))
    return {row[0]: row[1] for row in tx.execute(chosen)}


def names_of(tx: Tx, numbers: Iterable[str]) -> dict[str, str]:
    """Return what customers are called, by number."""
    return _told(tx, customer.c.customer_no, customer.c.name, numbers)


def heads_of(tx: Tx, numbers: Iterable[str]) -> dict[str, str]:
    """Return the heads of groups, by number."""
    return _told(tx, credit_group.c.group_no, credit_group.c.head, numbers)


def _told(tx: Tx, key: Any, name: Any, numbers: Iterable[str]) -> dict[str, str]:
    wanted = sorted(set(numbers))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        chosen = sa.select(key, name).where(key.in_(wanted[start : start + 500]))
        found.update((row[0], row[1]) for row in tx.execute(chosen))
    return found


def customers_of(tx: Tx, ids: Iterable[int]) -> dict[int, Any]:
    """Return customers' rows by id."""
    wanted = sorted(ids)
    found: dict[int, Any] = {}
    for start in range(0, len(wanted), 500):
        chosen = sa.select(customer).where(customer.c.id.in_(wanted[start : start + 500]))
        found.update((row.id, row) for row in tx.execute(chosen))
    return found


def households_of(tx: Tx, numbers: Iterable[str]) -> dict[str, int]:
    """Return the ids of those households that are known, by number."""
    wanted = sorted(set(numbers))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        chosen = sa.select(household.c.household_no, household.c.id).where(
            household.c.household_no.in_(wanted[start : start + 500])
        )
        found.update((row[0], row[1]) for row in tx.execute(chosen))
    return found


def standings_of(
    tx: Tx, household_ids: Iterable[int], without: sa.Select[Any] | None = None
) -> dict[int, list[Any]]:
    """Return what communes' lists say of households by id, each in the order of writing.

    without  the query for acts of which nothing counts
    """
    wanted = sorted(set(household_ids))
    acts = [] if without is None else [household_standing.c.act_id.not_in(without)]
    found: dict[int, list[Any]] = {}
    for start in range(0, len(wanted), 500):
        chosen = (
            sa.select(household_standing)
            .where(household_standing.c.household_id.in_(wanted[start : start + 500]), *acts)
            .order_by(household_standing.c.household_id, household_standing.c.id)
        )
        for row in tx.execute(chosen):
            found.setdefault(row.household_id, []).append(row)
    return found


def identity_repeated(tx: Tx) -> list[int]:
    """Return the customers, in the whole book, whose identity number another has too."""
    c = customer.c
    numbered = c.id_no_digest.is_not(None)
    repeated = sa.select(c.id_no_digest).where(numbered).group_by(c.id_no_digest)
    chosen = sa.select(c.id).where(c.id_no_digest.in_(repeated.having(sa.func.count() > 1)))
    return list(tx.execute(chosen).scalars())


def identity_of_digits(tx: Tx, digits: int) -> list[int]:
    """Return the customers whose identity number has so many digits."""
    chosen = sa.select(customer.c.id).where(sa.func.length(customer.c.id_no_masked) == digits)
    return list(tx.execute(chosen).scalars())


def groups_of(tx: Tx, province: str) -> dict[str, tuple[str, str]]:
    """Return (trustee, head) of every group of a province by number."""
    g = credit_group.c
    chosen = sa.select(g.group_no, g.trustee, g.head).where(g.province == province)
    return {row[0]: (row[1], row[2]) for row in tx.execute(chosen)}


def lock_households(tx: Tx, household_ids: Iterable[int]) -> None:
    """Keep others from deciding on households until the transaction ends, always in one order."""
    wanted = sorted(set(household_ids))
    chosen = sa.select(household.c.id).where(household.c.id.in_(wanted)).order_by(household.c.id)
    tx.execute(chosen.with_for_update(key_share=True)).all()
