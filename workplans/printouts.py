"""Printouts: asked for, made once for all who ask, and swept away.

No act and no document: nothing is entered in the register, no symbol is given. Who may read one
is decided by the texts it prints (workplans/snapshots.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import ngettext

from secretariat.models import Person
from workplans import content, orders, worker
from workplans.models import Consideration, Printout, WorkPlan
from workplans.snapshots import NOW, Shelf, Snapshot

KEPT = timedelta(days=7)
# One that was replaced stays so long, for whoever is just fetching it.
GRACE = timedelta(hours=1)
# So many may wait or be under way for one person.
MOST_WAITING = 5
Kind = Printout.Kind
Status = Printout.Status
# What names the inputs of a printout, apart from other digests.
INPUTS = "partnir-printout/1"


class TooMany(Exception):
    """Somebody has asked for more than the worker is to do for one person at a time."""


@dataclass(frozen=True)
class Offer:
    """What there is of some texts on paper: of what they say now, and of what they said before."""

    current: Printout | None
    earlier: Printout | None

    @property
    def is_made(self) -> bool:
        """Whether asking again would give nothing new."""
        return self.current is not None and (
            self.current.is_under_way or self.current.status == Status.READY
        )


def offer(
    plan: WorkPlan, kind: str, newer: str, older: str = "", *, draft_digest: str = ""
) -> Offer:
    """The newest printouts of some texts. draft_digest: of the draft now, if it is one of them."""
    found = plan.printouts.filter(kind=kind, newer=newer, older=older)
    known = list(found.select_related("requested_by").defer("order").order_by("-requested", "-id"))
    current = next((one for one in known if one.draft_digest == draft_digest), None)
    earlier = next((one for one in known if one != current and one.status == Status.READY), None)
    return Offer(current, earlier)


# Asking


def ask_for_draft(plan: WorkPlan, form: content.Form, *, by: Person, on: datetime) -> Printout:
    """The printout of the draft, which says `form` now."""
    composed = orders.compose_draft(form, at=on)
    digest = composed["digest"]
    return _ask(composed, plan, Kind.DRAFT, newer=NOW, draft_digest=digest, by=by, on=on)


def ask_for_circulated(consideration: Consideration, *, by: Person, on: datetime) -> Printout:
    """The printout of a text that is under consideration."""
    composed = orders.compose_circulated(consideration)
    code = f"r{consideration.revision.number}"
    return _ask(composed, consideration.plan, Kind.CIRCULATED, newer=code, by=by, on=on)


def ask_for_comparison(
    shelf: Shelf, older: Snapshot, newer: Snapshot, *, by: Person, on: datetime
) -> Printout:
    """The printout of what differs between two texts that the person may read."""
    composed = orders.compose_comparison(
        *((snapshot, shelf.form(snapshot)) for snapshot in (older, newer)), at=on
    )
    texts = [composed["comparison"][which] for which in ("older", "newer")]
    drafts = [text["plan"] for text, one in zip(texts, (older, newer), strict=True) if one.is_draft]
    return _ask(
        composed,
        shelf.plan,
        Kind.COMPARISON,
        older=older.code,
        newer=newer.code,
        draft_digest=digest_of(drafts[0]) if drafts else "",
        by=by,
        on=on,
    )


def is_offered_for(consideration: Consideration) -> bool:
    """The text before the Advisory Group; once that has adopted it, its document takes over."""
    return consideration.is_open and not consideration.before_ministers


def digest_of(form: content.Form) -> str:
    """What names the draft, so that it is noticed when it says something else."""
    return content.digest(content.dump(form))


def _ask(
    composed: dict[str, Any],
    plan: WorkPlan,
    kind: str,
    *,
    newer: str,
    older: str = "",
    draft_digest: str = "",
    by: Person,
    on: datetime,
) -> Printout:
    """The one printout of these inputs, in the queue if it is not there yet.

    The instant at which the texts were read is printed, but does not tell two orders apart: whoever
    asks for the same words gets the same file.
    """
    printed = {key: value for key, value in composed.items() if key not in ("as_of", "date")}
    inputs = content.digest(content.dump(printed), INPUTS)
    known = Printout.objects.filter(inputs=inputs).first()
    if known is None:
        _refuse_too_many(by)
        known, _new = Printout.objects.get_or_create(
            inputs=inputs,
            defaults={
                "plan": plan,
                "kind": kind,
                "older": older,
                "newer": newer,
                "as_of": datetime.fromisoformat(composed["as_of"]),
                "draft_digest": draft_digest,
                "order": content.dump(composed),
                "requested": on,
                "requested_by": by,
            },
        )
        ring(known)
    elif known.status in (Status.FAILED, Status.CANCELLED) or is_lost(known):
        ask_again(known, by=by, on=on)
    else:
        Printout.objects.filter(pk=known.pk, status=Status.READY).update(requested=on)
    return known


def _refuse_too_many(person: Person) -> None:
    under_way = Printout.objects.filter(
        requested_by=person, status__in=[Status.QUEUED, Status.TYPESETTING]
    )
    if (count := under_way.count()) >= MOST_WAITING:
        raise TooMany(
            ngettext(
                "%(count)d PDF is being made for you already. Wait until it is there.",
                "%(count)d PDFs are being made for you already. Wait until one of them is there.",
                count,
            )
            % {"count": count}
        )


def is_lost(printout: Printout) -> bool:
    """Whether it was made and its file is there no more."""
    return printout.status == Status.READY and not path_of(printout).exists()


def ask_again(printout: Printout, *, by: Person, on: datetime) -> None:
    """Put one that failed, was cancelled or lost its file back in the queue."""
    _refuse_too_many(by)
    idle = [Status.FAILED, Status.CANCELLED, Status.READY]
    Printout.objects.filter(pk=printout.pk, status__in=idle).update(
        status=Status.QUEUED, attempt=0, error="", lease=None, file="", requested=on,
        requested_by=by,
    )  # fmt: skip
    ring(printout)


def cancel(printout: Printout, *, by: Person) -> bool:
    """Take back what one asked for, unless the worker has begun; whether that was in time."""
    waiting = Printout.objects.filter(pk=printout.pk, status=Status.QUEUED, requested_by=by)
    return bool(waiting.update(status=Status.CANCELLED))


def ring(printout: Printout) -> None:
    """Tell the worker, once the row is certain; a broker that is down costs nothing but time."""
    from workplans.tasks import make_printout

    transaction.on_commit(lambda: make_printout.delay(printout.pk), robust=True)


# The worker's side


def produce(printout_id: int) -> bool:
    """Typeset a printout; True if this call did it."""
    return worker.make(Printout, printout_id, keep=_keep, finish=_finish)


def path_of(printout: Printout) -> Path:
    """Where its file lies: in a place of its own, under a name that tells nothing."""
    return Path(settings.PRINTOUT_ROOT) / printout.file


def _keep(printout: Printout, pdf: bytes) -> str:
    name = f"{printout.key.hex[:2]}/{printout.key.hex}.pdf"
    worker.write(pdf, Path(settings.PRINTOUT_ROOT) / name)
    return name


def _finish(printout_id: int, attempt: int, **facts: Any) -> bool:
    return bool(
        worker.claimed(Printout, printout_id, attempt).update(
            status=Status.READY, step="", lease=None, error="", made=timezone.now(), **facts
        )
    )


def sweep(on: datetime) -> int:
    """Remove what is old or was replaced, and files that no row names. How many rows went."""
    newer = Printout.objects.filter(
        plan=OuterRef("plan"),
        kind=OuterRef("kind"),
        older=OuterRef("older"),
        newer=OuterRef("newer"),
        status=Status.READY,
        requested__gt=OuterRef("requested"),
        requested__lte=on - GRACE,
    )
    idle = Q(lease=None) | Q(lease__lt=on)
    gone = Printout.objects.filter(idle, Q(requested__lte=on - KEPT) | Exists(newer))
    swept, _each = gone.delete()
    named = set(Printout.objects.exclude(file="").values_list("file", flat=True))
    root = Path(settings.PRINTOUT_ROOT)
    for path in root.glob("*/*"):
        if path.relative_to(root).as_posix() not in named and _is_old(path, on):
            path.unlink(missing_ok=True)
    return swept


def _is_old(path: Path, on: datetime) -> bool:
    """A worker may have written it just now, and its row not yet."""
    try:
        return path.stat().st_mtime <= (on - GRACE).timestamp()
    except FileNotFoundError:
        return False
