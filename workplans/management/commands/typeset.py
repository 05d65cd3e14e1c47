"""Typeset a plan from its file, without a database."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from workplans import content
from workplans.typesetting import TypesettingError, typeset


class Command(BaseCommand):
    help = "Print a work plan in its canonical form (JSON) as a PDF; no database is read."
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The plan in its canonical form.")
        parser.add_argument("-o", "--output", metavar="OUT.pdf", required=True)
        parser.add_argument(
            "--edition",
            choices=["draft", "adopted", "approved"],
            default="draft",
            help="A draft carries a watermark. The record of decisions is in no file, so the "
            "other editions say that it is left out. Default: draft.",
        )
        parser.add_argument(
            "--date",
            help="The date on the cover, as 2027-03-11; today's if left out.",
        )
        parser.add_argument(
            "--example", action="store_true", help="Say on every page that this is an example."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        form = self._read(options["file"])
        try:
            on = date.fromisoformat(options["date"]) if options["date"] else date.today()
        except ValueError as error:
            raise CommandError(_("Write the date as in 2027-03-11.")) from error
        order = {
            "order": "partnir-document/1",
            "kind": "work_plan",
            "edition": options["edition"],
            "symbol": form["revision"]["symbol"],
            "language": form["language"],
            "title": form["title"],
            "date": on.isoformat(),
            "distribution": "Restricted" if options["edition"] == "draft" else "General",
            "institution": {
                "name": settings.PARTNERSHIP["name"],
                "short": settings.PARTNERSHIP["short"],
                "body": "",
            },
            "example": options["example"],
            "plan": form,
            "digest": content.digest(content.dump(form)),
            "decisions": [],
            "statements": [],
        }
        try:
            made = typeset(order)
            Path(options["output"]).write_bytes(made.pdf)
        except TypesettingError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                _("%(file)s could not be written: %(reason)s.")
                % {"file": options["output"], "reason": error.strerror}
            ) from error
        self.stdout.write(
            _("%(file)s: %(pages)d pages.") % {"file": options["output"], "pages": made.pages}
        )

    def _read(self, name: str) -> content.Form:
        # As it is written: the digest that is printed is that of the file's own text.
        try:
            return content.read_as_written(Path(name).read_text(encoding="utf-8"))
        except OSError as error:
            raise CommandError(
                _("%(file)s could not be read: %(reason)s.")
                % {"file": name, "reason": error.strerror}
            ) from error
        except UnicodeDecodeError as error:
            raise CommandError(_("%(file)s is not UTF-8 text.") % {"file": name}) from error
        except content.InvalidPlan as error:
            raise CommandError("\n".join(error.problems)) from error
