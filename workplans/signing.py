"""The signed copy of a document: the issued bytes, and the secretariat's signature after them.

PAdES, baseline B-B, with nothing to see on a page: a drawn seal would break PDF/UA. The issued
bytes stay as they were, at the head of the signed file. pyHanko is heavy and is loaded by the
worker alone, when it signs.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _


class CannotSign(Exception):
    """Why nothing can be signed: a sentence for the operator, without the passphrase."""


@dataclass(frozen=True)
class Signed:
    """A signed file, whom its certificate names, and the certificate's SHA-256."""

    pdf: bytes
    signer: str
    certificate: str


def is_configured() -> bool:
    """Whether there is a key to sign with; without one nothing is signed, and the pages say so."""
    return bool(settings.SIGNING_KEY)


def sign(pdf: bytes, *, at: datetime) -> Signed:
    """Sign an issued file. at: now; a certificate is used within its own dates alone.

    Raises CannotSign where the key cannot be opened or must not be used.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    key = _key()
    certificate = key.signing_cert
    if not certificate.not_valid_before <= at.astimezone(UTC) <= certificate.not_valid_after:
        raise CannotSign(
            _("The certificate of the signing key is valid from %(begins)s until %(ends)s only.")
            % {
                "begins": certificate.not_valid_before.date(),
                "ends": certificate.not_valid_after.date(),
            }
        )
    facts = signers.PdfSignatureMetadata(
        field_name="Secretariat",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    # pyHanko runs an event loop of its own, which a thread that has one running does not allow.
    with ThreadPoolExecutor(1) as apart:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        apart.submit(signers.sign_pdf, writer, facts, signer=key, output=out).result()
    return Signed(out.getvalue(), _named(certificate), certificate.sha256.hex())


def _named(certificate: Any) -> str:
    """Whom a certificate names, with the institution where it has one."""
    facts = certificate.subject.native
    names = [facts.get("common_name"), facts.get("organization_name")]
    return ", ".join(str(name) for name in names if name) or certificate.subject.human_friendly


def _key() -> Any:
    from pyhanko.sign import signers

    try:
        passphrase = settings.SIGNING_PASSPHRASE.encode()
        key = signers.SimpleSigner.load_pkcs12(settings.SIGNING_KEY, passphrase=passphrase)
    except (OSError, ValueError) as error:
        raise CannotSign(_unopened()) from error
    if key is None:
        raise CannotSign(_unopened())
    return key


def _unopened() -> str:
    return _(
        "The signing key %(path)s cannot be opened: it is not there, is no PKCS#12 file, or "
        "SIGNING_PASSPHRASE does not fit it."
    ) % {"path": settings.SIGNING_KEY}
