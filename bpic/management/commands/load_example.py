"""Build the example year, once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bpic.example import year
from secretariat.models import Presidency
from workplans.models import WorkPlan


def day(text: str) -> date:
    return date.fromisoformat(text)


class Command(BaseCommand):
    help = (
        "Build the example year: invented people, and plans compiled from public sources in every "
        "status of the procedure. Does nothing where there is example data already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", type=day, metavar="DATE", help="the day to build around, such as 2026-11-23"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if year.is_loaded():
            self.stdout.write(_("The example year is there already; nothing was changed."))
            return
        if WorkPlan.objects.exists():
            self.stdout.write(
                _("This portal has work plans of its own; the example year was not added to them.")
            )
            return
        if not Presidency.objects.exists():
            raise CommandError(_("Load the institution first: manage.py load_institution."))
        wanted: date = options["on"] or timezone.now().date()
        chosen = self._possible(wanted)
        with transaction.atomic():
            year.build(chosen)
            # Orders of documents are rows, and the worker's sweep finds them. The bells would ring
            # some hundred times, and each would wait for a broker that may not be there yet.
            connection.run_on_commit.clear()
        self.stdout.write(
            _("The example year was built around %(day)s.") % {"day": chosen.isoformat()}
        )

    def _possible(self, wanted: date) -> date:
        last = year.last_day()
        assert last is not None
        if wanted < year.EARLIEST:
            raise CommandError(
                _("The example year begins on %(day)s or later.")
                % {"day": year.EARLIEST.isoformat()}
            )
        if wanted > last:
            self.stderr.write(
                _(
                    "No presidency is on record after %(last)s, so nobody can preside on "
                    "%(wanted)s. The example year is built around the last day on record."
                )
                % {"last": last.isoformat(), "wanted": wanted.isoformat()}
            )
            return last
        return wanted
