"""What most tests begin with is the same, whether it was built or put back."""

from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from secretariat.models import State
from tests import factories, remembered
from tests.bpic.test_access import the_record
from tests.conftest import assemble


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch, db):
    monkeypatch.setattr(remembered, "_remembered", {})


def undone(act):
    """What an act leaves in the database, and what it returned; the rows are gone again."""
    with transaction.atomic():
        made = act()
        left = the_record(), list(get_user_model().objects.order_by("pk").values())
        transaction.set_rollback(True)
    return left, made


def test_what_is_put_back_is_what_was_built():
    once = partial(remembered.once, "cast", partial(assemble, 2027))
    (built, first), (put_back, second) = undone(once), undone(once)
    assert put_back == built
    assert second == first and second.staff is not first.staff


def test_it_is_built_once():
    built = []

    def build():
        built.append(factories.state("Aldova"))

    for _again in range(2):
        undone(partial(remembered.once, "a state", build))
    assert len(built) == 1


def test_what_was_built_upon_something_else_is_built_anew():
    built = []

    def build():
        built.append(State.objects.count())

    for name in factories.STATES[:2]:
        factories.state(name)
        remembered.once("a count", build)
    assert built == [1, 2]
