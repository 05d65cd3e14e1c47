"""Write a year's work plan in canonical form."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from workplans import content, draft
from workplans.models import WorkPlan


class Command(BaseCommand):
    help = (
        "Writes the text last circulated, byte for byte as its digest names it. A plan that was "
        "never circulated, or --draft, gives the draft as it stands."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", metavar="YEAR", type=int)
        parser.add_argument("-o", "--output", metavar="FILE", type=Path)
        parser.add_argument("--draft", action="store_true", help="the draft, not the revision")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = WorkPlan.objects.select_related("revision").filter(year=options["year"]).first()
        if plan is None:
            raise CommandError(f"There is no work plan for {options['year']}.")
        if plan.revision and not options["draft"]:
            text = plan.revision.text
        else:
            text = content.dump(draft.compose(plan, on=timezone.now().date()))
        output: Path | None = options["output"]
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            output.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{output}: {content.digest(text)}")
