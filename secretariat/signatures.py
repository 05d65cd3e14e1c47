"""What ends the address in a letter of invitation, so that only who was sent it can open it.

It is made from the invitation's key and the portal's secret key when the mail leaves, and is kept
nowhere: no row, page or log of the portal holds an address that opens.
"""

from __future__ import annotations

from uuid import UUID

from django.core import signing


def _signer() -> signing.Signer:
    return signing.Signer(salt="secretariat.invitation")


def sign(key: UUID) -> str:
    return _signer().signature(str(key))


def belongs(signature: str, key: UUID) -> bool:
    """Whether the signature was made here for this key; takes the same time either way."""
    try:
        _signer().unsign(f"{key}:{signature}")
    except signing.BadSignature:
        return False
    return True
