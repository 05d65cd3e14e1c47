"""Compare guardian's groups and grants with the appointments they follow from, and repair them."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from secretariat import accreditation


class Command(BaseCommand):
    help = (
        "Compares the groups of all accounts, and what these groups are granted, with the "
        "appointments of today. Ends with an error if anything differs and is not repaired."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="bring what differs into step")
        parser.add_argument(
            "--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="another day than today"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["on"] or timezone.now().date()
        if options["repair"] and options["on"]:
            raise CommandError("Groups are brought into step with today and no other day.")
        found = accreditation.repair(day) if options["repair"] else accreditation.out_of_step(day)
        for difference in found:
            self.stdout.write(f"{difference}.")
        if not found:
            self.stdout.write("All groups are in step with the appointments.")
        elif options["repair"]:
            self.stdout.write(f"Repaired: {len(found)}.")
        else:
            raise CommandError(f"{len(found)} out of step. --repair brings them into step.")
