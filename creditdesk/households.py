"""Households and groups: admitting who borrows and the group that vouches."""

from creditdesk import records
from creditdesk.db import Tx
from creditdesk.errors import Conflict


class CustomerElsewhere(Conflict):
    """The customer is known in another household."""

    code = "customer-elsewhere"


class GroupElsewhere(Conflict):
    """The group is known under another trustee."""

    code = "group-elsewhere"


MARK = "(minh họa)"
"""What every name of the demonstration ends with: its people are invented."""


def are_invented(tx: Tx) -> bool:
    """Return whether the book is the demonstration: it is built into an empty book only."""
    first = records.households.customers_of(tx, [1]).get(1)
    return first is not None and first.name.endswith(MARK)


def register(
    tx: Tx, *, province: str, customer_no: str, name: str, id_no: str = "", household_no: str = ""
) -> int:
    """Admit a customer of a household, both once, and return the customer's inner number.

    household_no  empty: the customer stands for the household

    Raises CustomerElsewhere when the customer is known in another household.
    """
    household_no = household_no or customer_no
    household = records.households.find_household(tx, household_no)
    known = records.households.find_customer(tx, customer_no)
    if known is not None:
        if household is None or known.household_id != household.id:
            raise CustomerElsewhere(customer_no=customer_no, household_no=household_no)
        return int(known.id)
    household_id = (
        household.id if household else records.households.add_household(tx, province, household_no)
    )
    return records.households.add_customer(
        tx,
        {
            "province": province,
            "customer_no": customer_no,
            "household_id": household_id,
            "name": name,
            "id_no": id_no,
        },
    )


def form_group(tx: Tx, *, province: str, group_no: str, trustee: str, head: str = "") -> None:
    """Admit a savings-and-credit group once; raises GroupElsewhere for another trustee."""
    known = records.households.find_group(tx, group_no)
    if known is None:
        records.households.add_group(tx, group_no, province, trustee, head)
    elif known.trustee != trustee:
        raise GroupElsewhere(group_no=group_no, trustee=trustee, known=known.trustee)
