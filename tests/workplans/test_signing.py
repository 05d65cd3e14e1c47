"""The signed copy: beside the issued bytes, valid to whoever checks it, made once or not at all."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from secretariat.models import Entry
from tests import factories
from tests.workplans import orders
from tests.workplans.test_verifying_pages import LANDING, issue, page, text
from workplans import documents, signing, tasks
from workplans.models import Document, SignedCopy
from workplans.typesetting import typeset

PASSPHRASE = "only for this test"
NAME = "Secretariat of the Advisory Group (invented)"
AT = datetime(2027, 3, 10, 12, tzinfo=UTC)


def keyed(
    path: Path,
    *,
    begins: datetime = AT - timedelta(days=1),
    ends: datetime = AT + timedelta(days=9),
) -> x509.Certificate:
    """A key of its own for one test, with a certificate that names the secretariat."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    usage = dict.fromkeys(
        (
            "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
            "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    sealed = BestAvailableEncryption(PASSPHRASE.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"key", key, certificate, None, sealed))
    return certificate


@pytest.fixture
def certificate(settings: Any, tmp_path: Path) -> x509.Certificate:
    settings.SIGNING_KEY = str(tmp_path / "key.p12")
    settings.SIGNING_PASSPHRASE = PASSPHRASE
    return keyed(tmp_path / "key.p12")


@pytest.fixture
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    return settings.DOCUMENT_ROOT


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return typeset(orders.order()).pdf


@pytest.fixture
def issued(adopted: Any, shelf: Path, pdf: bytes) -> Document:
    return issue(adopted.documents.get(), pdf)


# The signature itself


def checked(signed: bytes, certificate: x509.Certificate) -> Any:
    from asn1crypto import x509 as asn1
    from cryptography.hazmat.primitives.serialization import Encoding

    root = asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=AT)
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    # It runs an event loop of its own, as signing does.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(validate_pdf_signature, signature, context).result()


def test_the_signature_is_valid_and_covers_the_whole_file(
    pdf: bytes, certificate: x509.Certificate
) -> None:
    made = signing.sign(pdf, at=AT)
    status = checked(made.pdf, certificate)
    assert status.intact and status.valid and status.trusted and status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert made.signer == NAME
    assert made.certificate == certificate.fingerprint(hashes.SHA256()).hex()


def test_the_issued_bytes_stand_unchanged_at_the_head_of_it(
    pdf: bytes, certificate: x509.Certificate
) -> None:
    made = signing.sign(pdf, at=AT)
    assert made.pdf.startswith(pdf) and len(made.pdf) > len(pdf)


def test_nothing_of_it_is_seen_and_what_makes_it_archivable_stays(
    pdf: bytes, certificate: x509.Certificate
) -> None:
    before, after = (PdfReader(io.BytesIO(one)) for one in (pdf, signing.sign(pdf, at=AT).pdf))
    root: Any = after.trailer["/Root"]
    (field,) = root["/AcroForm"]["/Fields"]
    assert [float(side) for side in field.get_object()["/Rect"]] == [0, 0, 0, 0]
    assert [one.extract_text() for one in after.pages] == [
        one.extract_text() for one in before.pages
    ]
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in metadata and 'pdfuaid:part="1"' in metadata
    assert "/StructTreeRoot" in root and root["/MarkInfo"]["/Marked"]
    assert set(after.attachments) == set(before.attachments)


def test_a_flipped_bit_breaks_it(pdf: bytes, certificate: x509.Certificate) -> None:
    made = bytearray(signing.sign(pdf, at=AT).pdf)
    made[made.index(b"%PDF-1.7") + 10] ^= 1
    assert not checked(bytes(made), certificate).bottom_line


@pytest.mark.parametrize("wrong", ["missing", "passphrase", "no key"])
def test_a_key_that_does_not_open_is_said_without_its_passphrase(
    pdf: bytes, certificate: x509.Certificate, settings: Any, tmp_path: Path, wrong: str
) -> None:
    if wrong == "missing":
        settings.SIGNING_KEY = str(tmp_path / "nowhere.p12")
    elif wrong == "passphrase":
        settings.SIGNING_PASSPHRASE = "another"
    else:
        Path(settings.SIGNING_KEY).write_bytes(b"no key at all")
    with pytest.raises(signing.CannotSign, match="cannot be opened") as refused:
        signing.sign(pdf, at=AT)
    assert settings.SIGNING_PASSPHRASE not in str(refused.value)


def test_a_certificate_is_used_within_its_dates_alone(
    pdf: bytes, certificate: x509.Certificate
) -> None:
    with pytest.raises(signing.CannotSign, match="from 2027-03-09 until 2027-03-19 only"):
        signing.sign(pdf, at=AT + timedelta(days=10))


def test_the_web_process_does_not_load_it() -> None:
    script = (
        "import sys, django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "from bpic import wsgi, celery\n"
        "print([name for name in sys.modules if name.startswith('pyhanko')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert ran.stdout.strip() == "[]"


# The copy of a document


def test_the_copy_is_another_file_of_the_document(
    issued: Document, certificate: x509.Certificate, shelf: Path, pdf: bytes
) -> None:
    assert documents.unsigned() == [issued.pk]
    tasks.sign_documents()
    copy = SignedCopy.objects.get()
    signed = (shelf / copy.file).read_bytes()
    assert copy.document == issued and copy.sha256 == hashlib.sha256(signed).hexdigest()
    assert checked(signed, certificate).bottom_line
    # The reproducible body stays what it was.
    after = Document.objects.get()
    assert (after.sha256, after.file) == (issued.sha256, issued.file)
    assert (shelf / after.file).read_bytes() == pdf
    entry = Entry.objects.get(act="sign")
    assert entry.facts["sha256"] == issued.sha256
    assert entry.facts["signed_sha256"] == copy.sha256


def test_it_is_made_once(issued: Document, certificate: x509.Certificate) -> None:
    assert documents.sign(issued.pk) is True
    assert documents.sign(issued.pk) is False
    assert documents.unsigned() == []
    assert Entry.objects.filter(act="sign").count() == 1


def test_without_a_key_nothing_is_signed_and_the_page_says_so(
    issued: Document, sign_in: Any
) -> None:
    tasks.sign_documents()
    assert not SignedCopy.objects.exists()
    assert "This portal signs no documents: it has no key." in text(
        sign_in().get(page(issued.code))
    )
    assert sign_in().get(f"{issued.get_absolute_url()}signed/").status_code == 404


def test_a_file_that_is_not_the_issued_one_is_not_signed(
    issued: Document, certificate: x509.Certificate, shelf: Path, caplog: Any
) -> None:
    (shelf / issued.file).write_bytes(b"%PDF-1.7 something else\n")
    tasks.sign_documents()
    assert not SignedCopy.objects.exists()
    assert "is not the one that was issued" in caplog.text


def test_a_withdrawn_document_is_not_signed_any_more(
    cast: Any, issued: Document, certificate: x509.Certificate
) -> None:
    from workplans.operations import withdrawing

    withdrawing.withdraw_document(issued, reason="Wrong.", by=cast.chair, on=factories.NOW)
    assert documents.unsigned() == [] and documents.sign(issued.pk) is False


def test_both_digests_are_known_and_both_files_can_be_had(
    issued: Document, certificate: x509.Certificate, sign_in: Any, pdf: bytes
) -> None:
    client = sign_in()
    assert "The signed copy of this document is not there yet." in text(
        client.get(page(issued.code))
    )
    documents.sign(issued.pk)
    copy = SignedCopy.objects.get()
    said = text(client.get(page(issued.code)))
    assert NAME in said and f'data-signed="{copy.sha256}"' in said
    assert "It matches." in text(client.get(page(issued.code), {"sha256": copy.sha256}))
    said = text(client.get(LANDING, {"q": copy.sha256}))
    assert f"The digest is that of the signed copy of {issued.symbol}" in said
    assert "Download the signed copy" in text(client.get(issued.get_absolute_url()))
    file = client.get(f"{issued.get_absolute_url()}signed/")
    sent = b"".join(file.streaming_content)
    assert hashlib.sha256(sent).hexdigest() == copy.sha256 and sent.startswith(pdf)
    assert "PartNIR-AG-2027-WP-1-en-signed.pdf" in file["Content-Disposition"]
