"""How much is answered in a minute: to one token, to one address, on the way to the provider."""

from collections import Counter
from threading import Lock

from flask import current_app, request

from creditdesk.web import edge
from creditdesk.web.protocol import TooManyRequests

SECONDS = 60


class Minute:
    """What was asked in the running minute, by whom; each process of the server counts its own."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self.number = 0
        self.counts: Counter[str] = Counter()
        self.lock = Lock()

    def count(self, whom: str, most: int, now: int) -> None:
        """Count one more request; raises TooManyRequests above the most."""
        with self.lock:
            if now // SECONDS != self.number:
                self.number = now // SECONDS
                self.counts.clear()
            self.counts[whom] += 1
            if self.counts[whom] > most:
                raise TooManyRequests(most=most, seconds=SECONDS - now % SECONDS)


def _minute() -> Minute:
    """Return what the application that answers has counted."""
    found: Minute = current_app.extensions.setdefault(__name__, Minute())
    return found


def of_address() -> None:
    """Count a request of its address, before anything is looked up; raises TooManyRequests."""
    most = edge.desk().settings.api_calls_of_address
    _minute().count(f"address {request.remote_addr}", most, _now())


def of_provider() -> None:
    """Count a way to the identity provider or back, of its address; raises TooManyRequests."""
    most = edge.desk().settings.sign_in_tries_of_address
    _minute().count(f"provider {request.remote_addr}", most, _now())


def of_person(name: str) -> None:
    """Count a request of a person; raises TooManyRequests."""
    _minute().count(f"person {name}", edge.desk().settings.api_calls, _now())


def _now() -> int:
    return int(edge.moment().timestamp())
