"""The mail of the example year: readable where it is an example, and nowhere else."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.core.mail import EmailMessage

from bpic import mailbox
from secretariat import delegations, post
from secretariat.models import Person
from tests import factories

PAGE = "/en/sign-in/mail/"


def words(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def folder(settings, tmp_path):
    """Mail lies in files, as in `make run`."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    settings.EXAMPLE_MAILBOX = True
    return tmp_path


@pytest.fixture
def example(cast, folder):
    Person.objects.update(is_example=True)
    return cast


def write(to, subject="For you", text="Read it."):
    EmailMessage(subject=subject, body=text, to=[to]).send()


def test_there_is_no_such_place_without_the_example(cast, folder, sign_in):
    write(cast.head.email)
    for person in (None, cast.head, cast.staff, cast.superuser):
        assert sign_in(person).get(PAGE).status_code == 404
    assert PAGE not in words(sign_in().get("/en/sign-in/"))


def test_there_is_no_such_place_with_a_mail_server(example, settings, sign_in):
    settings.EXAMPLE_MAILBOX = False
    assert sign_in().get(PAGE).status_code == 404
    assert PAGE not in words(sign_in().get("/en/sign-in/"))


@pytest.mark.parametrize(
    ("environment", "open_"),
    [
        ({"EXAMPLE_SIGN_IN": "1"}, True),
        ({"EXAMPLE_SIGN_IN": "1", "EMAIL_URL": "smtp://mail.example.org"}, False),
        ({"EXAMPLE_SIGN_IN": "0"}, False),
        ({}, False),
    ],
)
def test_it_follows_from_the_environment(environment, open_):
    asked = "from bpic.settings import EXAMPLE_MAILBOX; print(EXAMPLE_MAILBOX)"
    clean = {k: v for k, v in os.environ.items() if k not in ("EXAMPLE_SIGN_IN", "EMAIL_URL")}
    done = subprocess.run(
        [sys.executable, "-c", asked], env=clean | environment, capture_output=True, text=True,
        cwd=configured.BASE_DIR, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(open_)


def test_the_sign_in_page_leads_to_it(example, sign_in):
    visitor = sign_in()
    assert PAGE in words(visitor.get("/en/sign-in/"))
    page = visitor.get(PAGE)
    assert "Nothing has been written yet." in words(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert "<script" not in page.content.decode()


def test_it_shows_the_mail_with_its_link(example, consideration, sign_in):
    post.send_due()
    visitor = sign_in()
    page = words(visitor.get(PAGE))
    path = f"/en/desk/considerations/{consideration.pk}/position/"
    assert "For your position: PartNIR/AG/2027/WP/1" in page
    assert f'<a href="{configured.PORTAL_URL}{path}"' in page
    assert example.head.email in page


def test_it_can_be_narrowed_to_one_reader(example, consideration, sign_in):
    post.send_due()
    page = sign_in().get(PAGE, {"to": example.head.email})
    assert {letter.to for letter in page.context["page"].object_list} == {example.head.email}
    nobody = words(sign_in().get(PAGE, {"to": "nobody@example.org"}))
    assert "Nothing has been written to this address." in nobody


def test_whoever_is_invited_reads_the_letter_before_having_an_account(example, sign_in):
    focal = factories.person("Focal Dorlan", "focal_point", example.states["Dorlan"])
    Person.objects.filter(pk=focal.pk).update(is_example=True)
    order = delegations.Order(
        "Nova", "nova@tests.example.org", "delegate", example.states["Dorlan"], factories.TODAY
    )
    delegations.appoint(order, by=Person.objects.get(pk=focal.pk), on=factories.NOW)
    post.send_due()
    page = sign_in().get(PAGE, {"to": "nova@tests.example.org"}).content.decode()
    (link,) = set(re.findall(rf'href="{configured.PORTAL_URL}(/en/invitation/[^"]+)"', page))
    assert "Open your account" in words(sign_in().get(link, follow=True))


def test_mail_to_people_who_are_not_invented_is_not_shown(example, sign_in):
    Person.objects.filter(pk=example.head.pk).update(is_example=False)
    write(example.head.email, "A secret")
    write(example.delegate.email, "No secret")
    page = words(sign_in().get(PAGE))
    assert "No secret" in page and "A secret" not in page and example.head.email not in page


def test_what_is_no_mail_is_passed_over(example, folder, sign_in):
    (folder / "20270310-120000-1.log").write_bytes(b"\x00\xffnothing")
    (folder / "20270310-120001-1.log").write_bytes(b"")
    (folder / "notes.txt").write_text("To: somebody")
    one = f"To: {example.head.email}\nSubject: First\n\nText\n".encode()
    (folder / "20270310-120002-1.log").write_bytes(one + mailbox.END + one + mailbox.END)
    assert [letter.subject for letter in mailbox.letters()] == ["First", "First"]
    assert sign_in().get(PAGE).status_code == 200


def test_what_a_mail_says_is_escaped(example, sign_in):
    write(example.head.email, "<b>Bold</b>", "<script>alert(1)</script> https://x.example/<i>")
    page = sign_in().get(PAGE).content.decode()
    assert "<script" not in page and "<b>Bold" not in page and "<i>" not in page


def test_a_long_folder_costs_no_more_queries(example, sign_in, django_assert_num_queries):
    visitor = sign_in()
    for number in (1, 2, 297):
        for _letter in range(number):
            write(example.head.email)
        with django_assert_num_queries(3):
            page = visitor.get(PAGE)
    assert len(page.context["page"].object_list) == 25
