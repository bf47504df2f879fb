"""Whoever does errands: a thread of the server, or the clock."""

import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from creditdesk import ledger, records
from creditdesk.db import Database, DatabaseUnavailable, Overtaken, Tx
from creditdesk.engine.days import ZONE
from creditdesk.engine.policy import Policy
from creditdesk.errands.kinds import KINDS, Progress, Work
from creditdesk.errors import BooksBroken, DeskError
from creditdesk.settings import Settings, load

LOG = logging.getLogger("creditdesk.errands")
LEASE = timedelta(minutes=1)
_TELL_EVERY = timedelta(seconds=1)


class ErrandFailed(DeskError):
    """The desk itself failed at a job: the log says where."""

    code = "errand-failed"


def stamp(moment: datetime) -> str:
    """Return a moment as errands are held until."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _ended(result: Mapping[str, Any]) -> str:
    """Return how an errand ended: refused where a file has faults, or where checks failed."""
    refused = "code" in result or (result.get("faults") and not result.get("dry_run", True))
    return "refused" if refused else "done"


class Worker:
    """Whoever does errands: a thread of the server, or the clock."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        now: Callable[[], datetime],
        configured: Settings | None = None,
    ) -> None:
        """Work on a database by a law, a clock and the settings."""
        self.database = database
        self.settings = configured or load()
        self.policy = policy
        self.now = now
        self.holder = secrets.token_hex(8)

    def work(self) -> int:
        """Do every errand whose turn it is, one after the other; return how many were done."""
        count = 0
        while (number := self._take()) is not None:
            self._do(number)
            count += 1
        return count

    def _take(self) -> int | None:
        with self.database.begin() as tx:
            return records.errands.take_next(tx, self.holder, self._stamp(), self._lease())

    def _stamp(self) -> str:
        return stamp(self.now())

    def _lease(self) -> str:
        return stamp(self.now() + LEASE)

    @contextmanager
    def _alive(self, number: int) -> Iterator[None]:
        """Renew the lease thrice in its time beside the work, however long that takes."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(LEASE.total_seconds() / 3):
                # On SQLite who writes for long keeps everybody out, and needs no lease.
                with suppress(DatabaseUnavailable), self.database.begin() as tx:
                    records.errands.renew(tx, number, self.holder, self._lease())

        beside = threading.Thread(target=renew, name=f"errand-{number}", daemon=True)
        beside.start()
        try:
            yield
        finally:
            over.set()
            beside.join()

    def _do(self, number: int) -> None:
        try:
            with self._alive(number):
                self._act(number)
        except DatabaseUnavailable as trouble:
            LOG.warning("errand %s has to wait: %s", number, type(trouble).__name__)
        except (DeskError, BooksBroken) as why:
            code = why.code if isinstance(why, DeskError) else "books-broken"
            LOG.warning("errand %s refused: %s", number, code)
            self._refuse(number, code, why.facts)
        except Exception:  # a fault of ours: what waits behind it is done all the same
            LOG.exception("errand %s failed", number)
            self._refuse(number, ErrandFailed.code, {})

    def _refuse(self, number: int, code: str, facts: Mapping[str, Any]) -> None:
        """Write why an errand came to nothing, beside what it has kept so far."""
        with suppress(Overtaken), self.database.begin() as tx:
            row = records.errands.find_errand(tx, number)
            assert row is not None
            so_far = json.loads(row.result) or {} if KINDS[row.kind].reads else {}
            self._finish(tx, number, "refused", so_far | {"code": code, "facts": facts})

    def _act(self, number: int) -> None:
        """Do an errand in one transaction with the line that it is done.

        What changes nothing is read first, so that nobody waits for it.
        """
        with self.database.read(limited=False) as tx:
            row = records.errands.find_errand(tx, number)
            assert row is not None
            kind = KINDS[row.kind]
            result = kind.act(self._begun(tx, row)) if kind.reads else None
        with self.database.begin() as tx:
            result = kind.act(self._begun(tx, row)) if result is None else result
            self._finish(tx, number, _ended(result), result)

    def _finish(self, tx: Tx, number: int, state: str, result: Mapping[str, Any]) -> None:
        """Write how an errand ended; raise Overtaken where somebody else does it meanwhile."""
        told = json.dumps(result, ensure_ascii=False, default=str)
        if not records.errands.finish(tx, number, self.holder, state, told):
            raise Overtaken(why=f"errand {number}")

    def _begun(self, tx: Tx, row: Any) -> Work:
        today = self.now().astimezone(ZONE).date()
        deed = ledger.Deed(
            by=row.by,
            recorded_at=self.now().astimezone(UTC).isoformat(timespec="seconds"),
            checked_by=row.checked_by,
            ground=row.ground,
            document_no=row.document_no,
            document_on=row.document_on,
            today=today,
        )
        return Work(
            tx,
            self.policy,
            json.loads(row.said),
            deed,
            today,
            self._progress(row.id, alone=not KINDS[row.kind].reads),
            self.settings,
            moment=self.now(),
            keep=partial(self._keep, row.id),
            so_far=json.loads(row.result) or {},
        )

    def _keep(self, number: int, act: Callable[[Tx], dict[str, Any]]) -> dict[str, Any]:
        """Write what an errand has done so far, while it is this worker's; raises Overtaken."""
        with self.database.begin() as tx:
            self._hold(tx, number)
            found = act(tx)
            told = json.dumps(found, ensure_ascii=False, default=str)
            records.errands.change_errand(tx, number, result=told, until=self._lease())
        return found

    def _hold(self, tx: Tx, number: int) -> None:
        """Keep an errand from others; raise Overtaken where it is another's, or taken back."""
        row = records.errands.find_errand(tx, number, hold=True)
        if row is None or (row.holder, row.state) != (self.holder, "running"):
            raise Overtaken(why=f"errand {number}")

    def _progress(self, number: int, *, alone: bool) -> Progress:
        """Return what writes how far an errand is, in a transaction of its own.

        alone  whether the errand writes: on SQLite there is one writer, and how far that one is
               shows at its end
        """
        told = [self.now()]

        def tell(done: int, of: int) -> None:
            unheard = alone and self.database.is_sqlite
            if unheard or (self.now() - told[0] < _TELL_EVERY and done < of):
                return
            told[0] = self.now()
            with self.database.begin() as tx:
                if not alone:
                    self._hold(tx, number)
                values = {"done": done, "whole": of, "until": self._lease()}
                records.errands.change_errand(tx, number, **values)

        return tell
