"""Codes of a second factor, as every authenticator makes them.

Source: RFC 6238 (TOTP) over RFC 4226 (HOTP): SHA-1, six digits, thirty seconds.
"""

import hmac
import secrets
from base64 import b32decode, b32encode
from datetime import datetime
from urllib.parse import quote

SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps by which the clock of a telephone may be ahead or behind."""


def new_key() -> str:
    """Return a fresh key of 160 bits as authenticators take it: base 32."""
    return b32encode(secrets.token_bytes(20)).decode()


def step_at(moment: datetime) -> int:
    """Return the number of the step of thirty seconds that a moment lies in."""
    return int(moment.timestamp()) // SECONDS


def code_of(key: str, step: int) -> str:
    """Return the code of a key at a step."""
    mac = hmac.digest(b32decode(key), step.to_bytes(8), "sha1")
    at = mac[-1] & 0xF
    number = int.from_bytes(mac[at : at + 4]) & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(key: str, code: str, moment: datetime) -> int | None:
    """Return the step about a moment whose code this is, the newest first; None for none."""
    now = step_at(moment)
    said = code.encode()
    for step in range(now + DRIFT, now - DRIFT - 1, -1):
        if hmac.compare_digest(code_of(key, step).encode(), said):
            return step
    return None


def address(key: str, sign_in_name: str) -> str:
    """Return what an authenticator reads from a picture or a link."""
    return f"otpauth://totp/creditdesk:{quote(sign_in_name)}?secret={key}&issuer=creditdesk"


def recovery_codes() -> tuple[str, ...]:
    """Return ten fresh codes of 80 bits for the day the telephone is lost."""
    found = (b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(10))
    return tuple("-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in found)


def plain(code: str) -> str:
    """Return a code as it is compared: without the blanks and case of whoever typed it."""
    return "".join(code.split()).lower()
