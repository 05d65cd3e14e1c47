"""Load a work plan in canonical form as the draft of its year."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from workplans import content
from workplans.operations.drafting import CannotStart, take_in
from workplans.procedure import OutOfOrder


class Command(BaseCommand):
    help = (
        "Reads a work plan in its canonical form (schema: /schema/work-plan-2.json, or that of an "
        "older form) and makes it the draft of its year. A file that breaks the schema or a rule "
        "changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not UTF-8 text (byte {error.start + 1}).") from error
        try:
            form = content.read(text)
            plan = take_in(form, by=None, on=timezone.now())
        except content.InvalidPlan as error:
            problems = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"{path} was not imported:\n{problems}") from error
        except (OutOfOrder, CannotStart) as error:
            raise CommandError(f"{path} was not imported: {error}") from error
        count = sum(1 for _number, _activity in content.activities(form))
        self.stdout.write(f"The draft for {plan.year} is now “{plan.title}”, {count} activities.")
