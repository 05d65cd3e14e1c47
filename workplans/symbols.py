"""Symbols of documents: body, year, kind, number, suffix (domain rule 13)."""

from __future__ import annotations

from django.conf import settings


def symbol(body: str, year: int, kind: str, *, number: int = 1, revision: int = 1) -> str:
    """A symbol by the configured pattern; from the second text on it ends in Rev.

    body: the code of the body that issues; kind: WP for a work plan, RPT for a report, CS for a
    Chair's statement, HO for a hand-over note. All languages of a document share its symbol.
    """
    stem = settings.SYMBOL_PATTERN.format(
        partnership=settings.PARTNERSHIP["short"], body=body, year=year, kind=kind, number=number
    )
    return stem if revision == 1 else f"{stem}/Rev.{revision - 1}"


def corrected(symbol: str, times: int) -> str:
    """The symbol of a document that corrects the one issued under it so many times."""
    return f"{symbol}/Corr.{times}" if times else symbol
