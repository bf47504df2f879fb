"""What is refused of a request itself, whatever it asks for: what HTTP has statuses for."""

from collections.abc import Sequence

from creditdesk.answers import KeyReused
from creditdesk.db import DatabaseUnavailable
from creditdesk.errors import Conflict, Denied, DeskError, Malformed, NotFound, Refused
from creditdesk.schema import SchemaNewer, SchemaOutdated
from creditdesk.users.outward import ProviderSilent
from creditdesk.users.tokens import TokenRefused


class NotSignedIn(Denied):
    """Whoever asks says who they are, with a token that stands."""

    code = "not-signed-in"


class AddressUnknown(NotFound):
    """There is nothing at this address."""

    code = "address-unknown"


class RequestUnreadable(Malformed):
    """The request is not one that HTTP knows."""

    code = "request-unreadable"


class MethodUnfit(Malformed):
    """What is at this address does not take this method."""

    code = "method-unfit"


class NotAcceptable(Malformed):
    """The answer has no form that the caller accepts."""

    code = "not-acceptable"


class BodyTooLarge(Malformed):
    """The body is longer than this address takes."""

    code = "body-too-large"


class MediaTypeUnfit(Malformed):
    """The body is not of the media type that this address takes."""

    code = "media-type-unfit"


class TooManyRequests(Denied):
    """More was asked in a minute than is answered."""

    code = "too-many-requests"


class KeyMissing(Malformed):
    """What writes comes with an Idempotency-Key, so that it can be sent again without harm."""

    code = "idempotency-key-missing"


class KeyUnfit(Malformed):
    """An Idempotency-Key is 8 to 64 letters, digits, or marks of ASCII."""

    code = "idempotency-key-unfit"


class ConditionUnreadable(Malformed):
    """If-Match names strong tags that answers had."""

    code = "condition-unreadable"


class LoanChanged(Conflict):
    """The loan is no longer what the caller saw."""

    code = "loan-changed"


class StateChanged(Conflict):
    """An application, a job, a measure or a move is no longer what the caller saw."""

    code = "state-changed"


class ConditionMissing(Conflict):
    """A change of a loan, or of what can be read by itself, says which state of it was seen."""

    code = "condition-missing"


class InputInvalid(Malformed):
    """What was said does not have the shape that is asked for; `faults` say where and why."""

    code = "input-invalid"

    def __init__(self, faults: Sequence[tuple[str, str, DeskError]]) -> None:
        """Keep every fault: the kind of its place, the place, and what is wrong there."""
        super().__init__(count=len(faults))
        self.faults = tuple(faults)


STATUS: tuple[tuple[type[DeskError], int], ...] = (
    (DatabaseUnavailable, 503),
    (SchemaOutdated, 503),
    (SchemaNewer, 503),
    (ProviderSilent, 503),
    (NotSignedIn, 401),
    (TokenRefused, 401),
    (MethodUnfit, 405),
    (NotAcceptable, 406),
    (LoanChanged, 412),
    (StateChanged, 412),
    (BodyTooLarge, 413),
    (MediaTypeUnfit, 415),
    (ConditionMissing, 428),
    (TooManyRequests, 429),
    (KeyReused, 422),
    (NotFound, 404),
    (Malformed, 400),
    (Denied, 403),
    (Conflict, 409),
    (Refused, 422),
)
"""The one table of kinds and statuses: the first kind that a refusal is of tells its status."""

OF_HTTP: dict[int, type[DeskError]] = {
    401: NotSignedIn,
    404: AddressUnknown,
    405: MethodUnfit,
    406: NotAcceptable,
    413: BodyTooLarge,
    415: MediaTypeUnfit,
    429: TooManyRequests,
}
"""What the server's own refusals are called; any other of the caller's faults is unreadable."""

RETRY_SECONDS = 30
"""After so long it may be worth asking again a desk that cannot answer now."""


def status_of(trouble: DeskError) -> int:
    """Return the status of a refusal: that of the first kind of the table that it is."""
    return next((status for kind, status in STATUS if isinstance(trouble, kind)), 422)
