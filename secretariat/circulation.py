"""Circulation: telling those an act concerns, once each, and what has become of their mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import pgettext_lazy

from secretariat.models import Appointment, Entry, Notice, Person
from secretariat.telling import News, Telling, Told

Delivery = Notice.Delivery


def tell(entry: Entry, tellings: Iterable[Telling]) -> None:
    """Tell people of an act. Notices are rows of the act's own transaction; mail follows later.

    An appointment among those told stands for its holder while it lasts: a mail whose appointment
    has ended before it leaves is held back. A bare person is told whatever they hold. A person is
    told of an entry once, however often it is told.
    """
    notices, known = [], set()
    for telling in tellings:
        for told in telling.told:
            person = told.person if isinstance(told, Appointment) else told
            if person.pk not in known:
                known.add(person.pk)
                notices.append(_notice(entry, telling, told, person))
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    from secretariat.tasks import send_notices

    # robust: with the broker down the act stands, and the sweep finds the unsent rows.
    transaction.on_commit(lambda: send_notices.delay(entry.pk), robust=True)


def tell_apart(tellings: Iterable[Telling]) -> None:
    """Tell people of a delegation what concerns it alone: there is no act, and no entry of one."""
    Notice.objects.bulk_create(
        _notice(None, telling, told, told.person if isinstance(told, Appointment) else told)
        for telling in tellings
        for told in telling.told
    )
    from secretariat.tasks import sweep_notices

    transaction.on_commit(sweep_notices.delay, robust=True)


def _notice(entry: Entry | None, telling: Telling, told: Told, person: Person) -> Notice:
    return Notice(
        person=person,
        appointment=told if isinstance(told, Appointment) else None,
        entry=entry,
        news=telling.news.key,
        binding=telling.news.binding,
        thread=telling.thread,
        subject=telling.subject,
        body=telling.mail(told),
        path=telling.path,
        delivery=delivered(telling.news, person),
    )


def delivered(news: News, person: Person) -> str:
    """How somebody is told of this by mail: at once, unless they asked for less and may."""
    if news.binding or person.mailing == Person.Mailing.AT_ONCE:
        return Delivery.WAITING
    if person.mailing == Person.Mailing.DAILY:
        return Delivery.GATHERED
    return Delivery.NOT_MAILED


# What has become of them


@dataclass(frozen=True)
class Counted:
    """How many notices there are about a record, by what has become of their mail."""

    by_delivery: Mapping[str, int]
    thread: str = ""

    @classmethod
    def among(cls, notices: QuerySet[Notice], thread: str = "") -> Counted:
        rows = notices.order_by().values_list("delivery").annotate(Count("pk"))
        return cls(dict(rows), thread)

    @property
    def number(self) -> int:
        return sum(self.by_delivery.values())

    @property
    def failed(self) -> int:
        return self.by_delivery.get(Delivery.FAILED, 0)

    def __str__(self) -> str:
        """For example "18 sent, 1 not delivered"."""
        order = [state for state in WORDS if self.by_delivery.get(state)]
        return ", ".join(str(WORDS[state]) % {"n": self.by_delivery[state]} for state in order)


WORDS = {
    Delivery.SENT: pgettext_lazy("notices", "%(n)d sent"),
    Delivery.WAITING: pgettext_lazy("notices", "%(n)d on the way"),
    Delivery.GATHERED: pgettext_lazy("notices", "%(n)d for the next daily mail"),
    Delivery.NOT_MAILED: pgettext_lazy("notices", "%(n)d in the portal only"),
    Delivery.HELD_BACK: pgettext_lazy("notices", "%(n)d held back"),
    Delivery.FAILED: pgettext_lazy("notices", "%(n)d not delivered"),
}


def counted(thread: str) -> Counted:
    """What has become of the notices about a record; one query."""
    return Counted.among(Notice.objects.of_acts().filter(thread=thread), thread)


def failures() -> int:
    """How many notices could not be delivered; one query."""
    return Notice.objects.of_acts().filter(delivery=Delivery.FAILED).count()


@transaction.atomic
def try_again(notices: QuerySet[Notice]) -> int:
    """Order the mails that could not be delivered once more; how many they are."""
    number = notices.filter(delivery=Delivery.FAILED).update(
        delivery=Delivery.WAITING, attempts=0, next_attempt=None, error="", daily=None
    )
    from secretariat.tasks import sweep_notices

    transaction.on_commit(sweep_notices.delay, robust=True)
    return number
