"""The kinds of refusal: what went wrong as a code with its facts, never as a sentence."""

from typing import Any, ClassVar


class DeskError(Exception):
    """A refusal that the caller can act on; `code` names it, `facts` say where and how much."""

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: Any) -> None:
        """Keep the facts of this refusal for whoever words it."""
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        """Return code and facts, for logs and tests."""
        told = ", ".join(f"{key}={value}" for key, value in self.facts.items())
        return f"{self.code}({told})"


class NotFound(DeskError):
    """Look elsewhere."""

    code = "not-found"


class Refused(DeskError):
    """A rule of lending says no."""

    code = "refused"


class Conflict(DeskError):
    """The world moved, or the same thing was said differently before."""

    code = "conflict"


class Denied(DeskError):
    """Not this person."""

    code = "denied"


class Malformed(DeskError):
    """The call or the file cannot be read as what it should be."""

    code = "malformed"


class BooksBroken(Exception):
    """The books contradict themselves: our fault; stop and alarm, never carry on."""

    def __init__(self, **facts: Any) -> None:
        """Keep the first contradiction found."""
        super().__init__(", ".join(f"{key}={value}" for key, value in facts.items()))
        self.facts = facts
