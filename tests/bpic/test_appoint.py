"""The first people of a portal without the example year."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from secretariat.models import Appointment, Person


def appoint(capsys, *more):
    call_command("appoint", "first@portal.example.org", "--name", "First Person", *more)
    return capsys.readouterr().out


def test_the_first_secretariat_can_sign_in(cast, capsys, sign_in):
    said = appoint(capsys, "--state", "AL", "--function", "secretariat")
    password = said.split("Password:")[1].strip()
    client = sign_in()
    assert client.login(username="first@portal.example.org", password=password)
    assert "Secretariat staff" in client.get("/en/desk/").content.decode()


def test_a_known_person_gets_another_function_and_no_new_password(cast, capsys):
    appoint(capsys, "--state", "AL", "--function", "secretariat")
    said = appoint(capsys, "--state", "AL", "--function", "focal_point")
    assert "Password" not in said
    assert Person.objects.filter(email="first@portal.example.org").count() == 1
    assert Appointment.objects.filter(person__name="First Person").count() == 2


def test_a_person_who_was_only_invited_gets_the_account(cast, capsys):
    Person.objects.create(name="Known Before", email="First@portal.example.org")
    assert "Password" in appoint(capsys, "--state", "AL", "--function", "secretariat")
    person = Person.objects.get(email__iexact="first@portal.example.org")
    assert (person.name, person.user.get_username()) == ("Known Before", person.email)


def test_the_account_of_somebody_else_is_not_given_a_seat(cast, capsys):
    get_user_model().objects.create_superuser("first@portal.example.org")
    with pytest.raises(CommandError, match="Another account"):
        appoint(capsys, "--state", "AL", "--function", "secretariat")
    assert not Person.objects.filter(email="first@portal.example.org").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody", "--name", "N", "--state", "AL", "--function", "head"], "not an e-mail"),
        (["n@x.example.org", "--name", "N", "--state", "ZZ", "--function", "head"], "“ZZ”"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(cast, arguments, words):
    before = Person.objects.count()
    with pytest.raises(CommandError, match=words):
        call_command("appoint", *arguments)
    assert Person.objects.count() == before
