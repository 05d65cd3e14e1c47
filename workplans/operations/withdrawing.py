"""Taking an issued document out of use; what it prints stays decided, and its file on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.circulation import tell
from secretariat.models import Person
from secretariat.standing import Standing
from workplans import notices, permissions
from workplans.models import Document, Withdrawal
from workplans.operations.decision import ReasonMissing
from workplans.operations.locking import Superseded, lock


def is_possible(document: Document) -> bool:
    """Whether there is anything to withdraw: a hand-over note is between two sides, and stays."""
    if document.status != Document.Status.READY or document.plan_id is None:
        return False
    return getattr(document, "withdrawal", None) is None


@transaction.atomic
def withdraw_document(document: Document, *, reason: str, by: Person, on: datetime) -> Withdrawal:
    """Withdraw an issued document for good; its page and its verdict say why from then on."""
    if document.plan_id is not None:
        lock(document.plan_id)
    document = Document.objects.select_related(
        "withdrawal", "decision__meeting__body", "decision__plan"
    ).get(pk=document.pk)
    basis = permissions.entitled("withdraw_document", Standing.of(by, on.date()))
    if not is_possible(document):
        raise Superseded(
            _("%(symbol)s is not issued, or is withdrawn already.") % {"symbol": document.symbol}
        )
    if not reason.strip():
        raise ReasonMissing(_("Say why the document is withdrawn; everybody can read it."))
    withdrawal = Withdrawal.objects.create(
        document=document, reason=reason.strip(), on=on.date(), by=by, appointment=basis
    )
    entry = register.enter(
        "withdraw_document",
        document,
        by=by,
        appointment=basis,
        symbol=document.symbol,
        sha256=document.sha256,
        reason=withdrawal.reason,
    )
    tell(entry, notices.document_withdrawn(document, withdrawal.reason, on.date()))
    return withdrawal
