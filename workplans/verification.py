"""Verification: what became of a document, found by its code, its symbol or a digest.

Only what the asker may read anyway is found. A document that is not issued yet, a note with a
restricted distribution and a code nobody was given all get one and the same answer: none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from secretariat.dates import PartialDate
from secretariat.standing import Standing
from workplans import codes
from workplans.models import Decision, Document, Retraction, Withdrawal
from workplans.models.document import DocumentQuerySet

DIGEST = re.compile(r"[0-9a-f]{64}")
# What a digest can be of.
FILE, SIGNED, TEXT = "file", "signed", "text"


# What the interface calls each verdict.
WORDS = {
    "issued": pgettext_lazy("document", "Issued"),
    "superseded": pgettext_lazy("document", "Superseded"),
    "withdrawn": pgettext_lazy("document", "Withdrawn"),
    "taken_back": pgettext_lazy("document", "Issued, not in force"),
    "returned": pgettext_lazy("document", "Issued, not in force"),
    "not_issued": pgettext_lazy("document", "Not issued"),
}


def within_reach(standing: Standing) -> DocumentQuerySet:
    """The issued documents somebody may read, with what a verdict on them needs."""
    returns = Decision.objects.filter(revision=OuterRef("revision"), act=Decision.Act.RETURNED)
    return (
        Document.objects.open_to(standing)
        .issued()
        .select_related(
            "revision",
            "decision__meeting",
            "decision__retraction",
            "withdrawal",
            "signed",
            "superseded_by__decision__meeting",
        )
        .defer("order", "superseded_by__order", "revision__text")
        .annotate(returned_on=Subquery(returns.order_by("-pk").values("on")[:1]))
    )


@dataclass(frozen=True)
class Verdict:
    """What became of an issued document."""

    document: Any

    @property
    def code(self) -> str:
        if self.withdrawal is not None:
            return "withdrawn"
        if self.document.superseded_by_id:
            return "superseded"
        if self.retraction is not None:
            return "taken_back"
        return "returned" if self.document.returned_on else "issued"

    @property
    def withdrawal(self) -> Withdrawal | None:
        return getattr(self.document, "withdrawal", None)

    @property
    def retraction(self) -> Retraction | None:
        """Of the decision it prints, if that was taken back as a mistake."""
        return getattr(self.document.decision, "retraction", None)

    @property
    def reason(self) -> str:
        """Why it was withdrawn, if it was."""
        return self.withdrawal.reason if self.withdrawal else ""

    @property
    def word(self) -> str:
        return str(WORDS[self.code])

    @property
    def sentence(self) -> str:
        """The same with its dates."""
        facts = {"day": PartialDate.of(self.document.day_issued)}
        if self.withdrawal is not None:
            facts["since"] = PartialDate.of(self.withdrawal.on)
            return _("Issued on %(day)s, withdrawn on %(since)s. The reason:") % facts
        match self.code:
            case "superseded":
                newer = self.document.superseded_by
                facts |= {"symbol": newer.symbol, "since": PartialDate.of(newer.day_issued)}
                return _("Issued on %(day)s, superseded on %(since)s by %(symbol)s.") % facts
            case "taken_back":
                assert self.retraction is not None
                facts["since"] = PartialDate.of(self.retraction.at.date())
                return (
                    _(
                        "Issued on %(day)s. The decision it prints was taken back as a mistake "
                        "on %(since)s, and nothing of it is in force."
                    )
                    % facts
                )
            case "returned":
                facts["since"] = PartialDate.of(self.document.returned_on)
                return (
                    _(
                        "Issued on %(day)s. Its text was returned on %(since)s and is not in "
                        "force; a new text has to be adopted."
                    )
                    % facts
                )
        return _("Issued on %(day)s. No later document replaces it.") % facts


# Finding


def by_code(typed: str, known: DocumentQuerySet) -> Document | None:
    code = codes.read(typed)
    return known.filter(code=code).first() if codes.is_sound(code) else None


def by_symbol(typed: str, known: DocumentQuerySet) -> list[Document]:
    """The documents under a symbol: one in each language."""
    return list(known.filter(symbol__iexact="".join(typed.split())).order_by("language"))


def digest_in(typed: str) -> str:
    """The digest somebody typed or pasted, with or without spaces and colons; "" if it is none."""
    signs = re.sub(r"[\s:\u2013-]", "", typed).lower()
    return signs if DIGEST.fullmatch(signs) else ""


@dataclass(frozen=True)
class Match:
    """A document, and what of it has the digest that was asked for: the file, or its text."""

    document: Document
    of: str

    @property
    def sentence(self) -> str:
        return SENTENCES[self.of]() % {
            "symbol": self.document.symbol,
            "title": self.document.title,
            "verdict": Verdict(self.document).sentence,
        }

    def facts(self, address: str) -> dict[str, Any]:
        """What a page needs to say it, in words and as data."""
        return {
            "of": self.of,
            "symbol": self.document.symbol,
            "title": self.document.title,
            "code": Verdict(self.document).code,
            "verdict": Verdict(self.document).word,
            "sentence": self.sentence,
            "page": address,
        }


SENTENCES = {
    FILE: lambda: _(
        "The digest is that of the file of %(symbol)s, “%(title)s”, as it was issued. %(verdict)s"
    ),
    SIGNED: lambda: _(
        "The digest is that of the signed copy of %(symbol)s, “%(title)s”. %(verdict)s"
    ),
    TEXT: lambda: _(
        "The digest is that of the text that %(symbol)s, “%(title)s”, prints; no file of it was "
        "compared. %(verdict)s"
    ),
}


def by_digest(digest: str, known: DocumentQuerySet) -> list[Match]:
    """What has a digest: a file that was issued, its signed copy, or the text documents print."""
    # A Chair's statement was made of a text that nobody adopted: it does not print that, and the
    # digest of it is nobody's to confirm.
    prints = Q(revision__digest=digest) & ~Q(kind=Document.Kind.CHAIR_STATEMENT)
    found = known.filter(Q(sha256=digest) | Q(signed__sha256=digest) | prints)
    return [Match(one, _of(one, digest)) for one in found.order_by("pk")]


def _of(document: Document, digest: str) -> str:
    if document.sha256 == digest:
        return FILE
    signed = getattr(document, "signed", None)
    return SIGNED if signed is not None and signed.sha256 == digest else TEXT
