"""The bank's seal on a PDF: put on it, and looked at again. Source: ETSI EN 319 142-1, PAdES B-B.

A file that somebody brings is never opened as a PDF: ours have one form, in which the seal and
the data are found by bounded searches. What has another form is not ours.
"""

import asyncio
import hashlib
import io
import logging
import os
import re
import zlib
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import cms, parser, pem, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import async_validate_cms_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from creditdesk import secrecy
from creditdesk.errors import Malformed, Refused
from creditdesk.settings import ROOT, Settings

Result = TypeVar("Result")

INVENTED = "(minh họa)"
_FIELD = "Seal"
_RANGE = re.compile(rb"/ByteRange\s?\[(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10})\s{0,60}\]")
_NUMBER = re.compile(rb"/Keywords \(([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})\)")
_DATA = re.compile(rb"/Type /EmbeddedFile\s{1,4}>>\s{1,4}stream\n")
_MOST_DATA = 256 << 20  # bytes that attached data may unpack to
_SMALLEST, _OF_TIME = 6_000, 12_000  # bytes kept for a seal beside its certificates, for a time

# What a stranger's file is found to be is told by `Seen`, not in the log with a trace.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


class NotAPdf(Malformed):
    """What was brought is no PDF."""

    code = "not-a-pdf"


class PdfTooLarge(Malformed):
    """The file is larger than is looked at; `most` is in megabytes."""

    code = "pdf-too-large"


class HsmMissing(Refused):
    """Settings name a PKCS#11 module, and the program was installed without what speaks to one."""

    code = "hsm-missing"


class SealFailed(Refused):
    """The seal cannot be put on: the module or the time-stamping authority does not answer."""

    code = "seal-failed"


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be told of a file by itself.

    state    `none`, `broken` or `intact`: whether it bears a seal, and over every byte of it
    trusted  whether the seal is by a certificate that is trusted here, on the day in question
    signer   the name in the certificate
    number   the statement's number that the file tells; empty where it tells none
    data     the digest of the attached data; empty where there are none
    """

    state: str
    trusted: bool = False
    signer: str = ""
    number: str = ""
    data: str = ""


class _Signer(signers.Signer):
    """A signer whose key is ours: the same document gets the same signature."""

    def __init__(self, key: secrecy.SigningKey) -> None:
        known: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        known.register_multiple([_read(one) for one in key.chain])
        super().__init__(signing_cert=_read(key.certificate), cert_registry=known)
        self._key = key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        return self._key.sign(data)


class _Writer(IncrementalPdfFileWriter):
    """A writer without clock or chance: what it adds follows from what is there."""

    @classmethod
    def _handle_id(cls, prev: Any) -> Any:
        first, _ = prev.trailer["/ID"]
        prev.stream.seek(0)
        second = hashlib.sha256(prev.stream.read()).digest()[:16]
        first = getattr(first, "original_bytes", first)
        return generic.ArrayObject(
            [generic.ByteStringObject(first), generic.ByteStringObject(second)]
        )

    def _update_meta(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who seals: a signer, and the authority that tells the time, if any."""

    signer: Any
    clock: Any = None

    @property
    def name(self) -> str:
        """Return the name in the certificate."""
        return _name(self.signer.signing_cert)

    @property
    def is_invented(self) -> bool:
        """Return whether the certificate is self-made, for a demonstration."""
        return self.name.endswith(INVENTED)

    def seal(self, content: bytes, *, at: datetime, number: str) -> bytes:
        """Return a PDF under seal: with the same moment, and no authority of time, the same bytes.

        at      when the statement was made, which the seal tells too
        number  of the statement

        Raises SealFailed.
        """
        held = [self.signer.signing_cert, *self.signer.cert_registry]
        kept = _SMALLEST + sum(len(one.dump()) for one in held)
        meta = signers.PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            name=self.name,
            reason=number,
        )
        signer = signers.PdfSigner(meta, self.signer, timestamper=self.clock)
        kept += _OF_TIME if self.clock else 0
        try:
            return _done(_sealed(signer, _Writer(io.BytesIO(content)), at, 2 * kept))
        except (OSError, ValueError) as trouble:
            raise SealFailed(why=type(trouble).__name__) from trouble


def _done(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what a coroutine comes to, on a thread of its own: this one may run a loop."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, work).result()


async def _sealed(signer: Any, writer: Any, at: datetime, kept: int) -> bytes:
    session = signer.init_signing_session(writer)
    session.system_time = at
    asked = session.prepare_tbs_document(None, bytes_reserved=kept)
    prepared, out = asked.digest_tbs_document()
    said = signers.pdf_cms.PdfCMSSignedAttributes(signing_time=at)
    await asked.perform_signature(prepared.document_digest, said)
    content: bytes = out.getvalue()
    return content


def sealer(configured: Settings) -> Sealer | None:
    """Return who seals by the settings; None where they name no certificate.

    Raises SealUnreadable, HsmMissing, SealFailed.
    """
    if configured.seal_module:
        return Sealer(_of_module(configured), _clock(configured.seal_time_address))
    path = seal_path(configured)
    if not path.exists():
        return None
    try:
        content, written = path.read_bytes(), configured.seal_passphrase_file
        passphrase = configured.seal_passphrase
        if not passphrase and written:
            passphrase = (ROOT / written).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise secrecy.SealUnreadable(why=type(trouble).__name__) from None
    return Sealer(_of_file(content, passphrase), _clock(configured.seal_time_address))


def seal_path(configured: Settings) -> Path:
    """Return the path of the bank's certificate; a relative one lies under the project."""
    return ROOT / configured.seal_file


@cache
def _of_file(content: bytes, passphrase: str) -> _Signer:
    return _Signer(secrecy.signing_key(content, passphrase))


@cache
def _of_module(configured: Settings) -> Any:
    """Return the signer of a hardware module; it is opened once in a process."""
    try:
        hsm = import_module("pyhanko.sign.pkcs11")
    except ImportError:
        raise HsmMissing(module=configured.seal_module) from None
    try:
        session = hsm.open_pkcs11_session(
            configured.seal_module,
            token_label=configured.seal_token or None,
            user_pin=configured.seal_passphrase or None,
        )
        return hsm.PKCS11Signer(session, cert_label=configured.seal_label)
    except Exception as trouble:  # each module has troubles of its own
        raise SealFailed(why=type(trouble).__name__) from trouble


def _clock(address: str) -> Any:
    return timestamps.HTTPTimeStamper(address) if address else None


def make_invented(configured: Settings, *, since: datetime) -> bool:
    """Make a certificate for a demonstration where there is none; return whether it was made.

    It says of itself that it is invented, and only its owner may read it.

    Raises SealUnreadable.
    """
    path = seal_path(configured)
    if configured.seal_module or path.exists():
        return False
    name = f"{configured.agency} {INVENTED}"
    made = secrecy.self_made_certificate(
        name, since=since, years=10, passphrase=configured.seal_passphrase
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            out.write(made)
    except FileExistsError:
        return False
    except OSError as trouble:
        raise secrecy.SealUnreadable(why=type(trouble).__name__) from None
    return True


# --- looked at again ---


def look(content: bytes, roots: Sequence[x509.Certificate], *, on: datetime) -> Seen:
    """Return what a file tells of itself; raises NotAPdf.

    roots  the certificates that are trusted, from `roots_of`
    on     the moment of which trust is asked
    """
    if not content.startswith(b"%PDF-"):
        raise NotAPdf
    number = _NUMBER.search(content)
    seal = Seen("none", False, "", number[1].decode() if number else "", _data_digest(content))
    ranges = list(_RANGE.finditer(content))
    if not ranges:
        return seal
    try:
        state, trusted, signer = _done(_judged(content, ranges, roots, on))
    except Exception:  # whoever forged it chose what goes wrong
        return replace(seal, state="broken")
    return replace(seal, state=state, trusted=trusted, signer=signer)


async def _judged(
    content: bytes, ranges: Sequence[re.Match[bytes]], roots: Sequence[Any], on: datetime
) -> tuple[str, bool, str]:
    [found] = ranges
    start, before, after, rest = map(int, found.groups())
    around = content[before : before + 1] + content[after - 1 : after]
    if start != 0 or not before < after or after + rest != len(content) or around != b"<>":
        return "broken", False, ""
    said = content[before + 1 : after - 1]
    signature = bytes.fromhex(said.decode("ascii"))
    # The place of the seal is not under the seal: there is the seal, and then nothing.
    if said != said.upper() or signature[parser.peek(signature) :].strip(b"\0"):
        return "broken", False, ""
    signed = cms.ContentInfo.load(signature)["content"]
    digest = hashlib.sha256(content[:before])
    digest.update(memoryview(content)[after:])
    context = ValidationContext(
        trust_roots=list(roots), moment=on, allow_fetching=False, revocation_mode="soft-fail"
    )
    status = await async_validate_cms_signature(
        signed, raw_digest=digest.digest(), validation_context=context
    )
    signer = status.signing_cert
    # A certificate that is trusted by itself is not asked for its days: we do.
    trusted = status.trusted and signer.not_valid_before <= on <= signer.not_valid_after
    whole = status.intact and status.valid
    return "intact" if whole else "broken", trusted, _name(signer)


def roots_of(configured: Settings) -> list[x509.Certificate]:
    """Return the certificates that are trusted: our own, those above it, those of the settings.

    Raises SealUnreadable, HsmMissing, SealFailed.
    """
    found = []
    own = sealer(configured)
    if own is not None:
        found += [own.signer.signing_cert, *own.signer.cert_registry]
    if configured.seal_authorities:
        try:
            content = (ROOT / configured.seal_authorities).read_bytes()
            found += [_read(der) for _, _, der in pem.unarmor(content, multiple=True)]
        except (OSError, ValueError) as trouble:
            raise secrecy.SealUnreadable(why=type(trouble).__name__) from None
    return found


def attached(content: bytes) -> bytes | None:
    """Return the data that are attached to one of our papers, None where there are none."""
    found = list(_DATA.finditer(content))
    if len(found) != 1:
        return None
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(memoryview(content)[found[0].end() :], _MOST_DATA)
    except zlib.error:
        return None
    return data if unpacking.eof else None


def _data_digest(content: bytes) -> str:
    data = attached(content)
    return hashlib.sha256(data).hexdigest() if data is not None else ""


def _name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name", certificate.subject.human_friendly))


def _read(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der)
