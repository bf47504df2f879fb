"""What every fault may ask for: warm processes whose children can be killed."""

import pytest

from tests.faults.child import Nursery


@pytest.fixture(scope="session")
def nursery():
    """Return a warm process that forks a child for each act."""
    with Nursery() as warm:
        yield warm


@pytest.fixture(scope="session")
def other_nursery():
    """Return another warm process, for what two do at once."""
    with Nursery() as warm:
        yield warm
