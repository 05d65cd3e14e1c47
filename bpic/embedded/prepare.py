"""Brings the database and the static files up to date: one process, one start of Django.

Standard output carries sentences for the person at the terminal, standard error the details.
"""

import os
import sys
from contextlib import redirect_stdout

import django
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction


def main() -> int:
    said = sys.stdout
    with redirect_stdout(sys.stderr):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpic.settings")
        # Migrations may take longer than a page ever should.
        os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT", "0")
        try:
            django.setup()
            _prepare()
        except ImproperlyConfigured as error:
            print(error, file=said)
            return 2
        except CommandError as error:
            print(f"Preparing the data stopped. {error}", file=said)
            return 2
        except OperationalError as error:
            print(f"The database does not answer or refused: {_first_line(error)}", file=said)
            return 2
    return 0


def _prepare() -> None:
    call_command("migrate", interactive=False, verbosity=1)
    call_command("createcachetable")
    call_command("collectstatic", interactive=False, verbosity=0)
    if not _has_an_institution():
        # Both or neither: a start that is cut short here begins anew.
        with transaction.atomic():
            call_command("load_institution")
            if os.environ.get("EXAMPLE", "1") != "0":
                call_command("load_example")


def _has_an_institution() -> bool:
    return bool(apps.get_model("secretariat", "State").objects.exists())


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]


if __name__ == "__main__":
    sys.exit(main())
