"""Appoint a person from the command line: how an empty portal gets its first people."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from secretariat import delegations, invitations
from secretariat.accreditation import accredit
from secretariat.models import Appointment, Person, State


class Command(BaseCommand):
    help = (
        "Appoints a person to a function for a state, and gives the person an account if there "
        "is none yet. The account's password is printed once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="also the user name")
        parser.add_argument("--name", required=True)
        parser.add_argument("--state", required=True, metavar="CODE", help="such as IN")
        parser.add_argument("--function", required=True, choices=Appointment.Function.values)
        parser.add_argument(
            "--level",
            choices=Appointment.Level.values,
            default=Appointment.Level.DEPARTMENTAL.value,
        )
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--basis", default="", help="the letter or note that appoints")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            state = State.objects.get(code=options["state"])
        except ValidationError as error:
            raise CommandError(f"“{options['email']}” is not an e-mail address.") from error
        except State.DoesNotExist as error:
            raise CommandError(
                f"No state with the code “{options['state']}” is on record. "
                "Load the institution first: manage.py load_institution."
            ) from error
        try:
            with transaction.atomic():
                person, password = self._person(options["email"], options["name"])
                appointment = accredit(
                    person,
                    function=options["function"],
                    state=state,
                    since=options["since"] or timezone.now().date(),
                    level=options["level"],
                    basis=options["basis"],
                    by=None,
                )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{person}: {appointment.capacity}, {state}.")
        if password:
            self.stdout.write(f"User name: {person.email}\nPassword:  {password}")

    def _person(self, email: str, name: str) -> tuple[Person, str]:
        """The person with this address, with the password of the account if it is opened now."""
        person = delegations.find_or_make_person(email, name)
        if person.user is not None:
            return person, ""
        password = secrets.token_urlsafe(12)
        try:
            invitations.open_account(person, password)
        except invitations.NotOpen as error:
            raise CommandError(f"Another account is named “{person.email}”.") from error
        return person, password
