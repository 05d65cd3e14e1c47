"""Having a PDF made of what one reads: the buttons, the wait, the file, and who finds it."""

import pytest
from django.urls import reverse

from tests import factories
from workplans import draft as drafts
from workplans import printouts, worker
from workplans.models import Printout, TextBlock

PDF = b"%PDF-1.7 the bytes of a draft\n"
READERS = {"chair", "staff"}
# Who has the circulated text before them, besides.
SEATED = {
    "head", "other_head", "alternate", "delegate", "minister", "observer", "expert_chair",
    "next_chair",
}  # fmt: skip
PAGES = ("printout", "printout_progress", "printout_file")
ACTS = ("printout_again", "printout_cancel")


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.PRINTOUT_ROOT = tmp_path / "printouts"
    return settings.PRINTOUT_ROOT


def at(name, *args):
    return reverse(f"workplans:{name}", args=args)


def of(printout, name="printout"):
    return at(name, printout.plan.year, printout.key)


def said(response, status=200):
    assert response.status_code == status, response.status_code
    return response.content.decode()


def issue(printout, pdf=PDF):
    """What the worker would do, without its minute."""
    assert worker.claim(Printout, printout.pk)
    printout = Printout.objects.get(pk=printout.pk)
    name = printouts._keep(printout, pdf)
    facts = {"file": name, "sha256": "0" * 64, "size": len(pdf), "pages": 3}
    assert printouts._finish(printout.pk, printout.attempt, **facts)
    return Printout.objects.get(pk=printout.pk)


@pytest.fixture
def asked(cast, draft, sign_in):
    sign_in(cast.staff).post(at("print_draft", 2027))
    return Printout.objects.get()


@pytest.fixture
def made(asked):
    return issue(asked)


# The draft


def test_the_button_leads_to_a_page_that_waits(cast, draft, sign_in):
    staff = sign_in(cast.staff)
    preview = said(staff.get(at("preview", 2027)))
    assert "Make the PDF" in preview and at("print_draft", 2027) in preview
    response = staff.post(at("print_draft", 2027))
    assert response.status_code == 303
    printout = Printout.objects.get()
    assert response.url == of(printout)
    page = said(staff.get(response.url))
    assert "Waiting for the worker. No other document is ahead." in page
    assert "Check again" in page and "You may leave this page" in page
    assert "Draft, as of Wednesday 10 March 2027, 12:00 UTC, by <bdi>Staff Aldova</bdi>" in page
    assert '"allowEval":false' in page and "<style" not in page and "style=" not in page


def test_a_second_person_waits_for_the_same_file(cast, asked, sign_in):
    chair = sign_in(cast.chair)
    preview = said(chair.get(at("preview", 2027)))
    assert "Make the PDF" not in preview
    assert "It is being made; see how far it is" in preview
    assert chair.post(at("print_draft", 2027)).url == of(asked)
    assert Printout.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "words", "done"),
    [
        ("collecting", "Collecting the text.", 1),
        ("laying_out", "Laying out the pages.", 2),
        ("writing", "Writing the PDF.", 3),
        ("checking", "Checking the fonts", 4),
        ("", "It is tried again.", 0),
    ],
)
def test_each_step_has_its_words(cast, asked, sign_in, step, words, done):
    Printout.objects.update(status="typesetting", step=step)
    page = said(sign_in(cast.staff).get(of(asked)))
    assert words in page
    assert f'<progress value="{done}" max="5"' in page
    assert "Cancel it" not in page


def test_progress_is_sent_when_it_changed_and_the_page_anew_when_it_is_over(cast, asked, sign_in):
    staff = sign_in(cast.staff, headers={"hx-request": "true"})
    page = said(sign_in(cast.staff).get(of(asked)))
    start = page.index("/progress/?seen=") + len("/progress/?seen=")
    seen = page[start : page.index('"', start)]
    address = of(asked, "printout_progress")
    assert staff.get(address, {"seen": seen}).status_code == 204
    Printout.objects.update(status="typesetting", step="writing")
    part = said(staff.get(address, {"seen": seen}))
    assert "<html" not in part
    assert 'hx-swap-oob="innerHTML:#waiting-step">Writing the PDF.' in part
    Printout.objects.update(status="failed")
    assert staff.get(address)["HX-Refresh"] == "true"
    assert sign_in(cast.staff).get(address).url == of(asked)


def test_the_file_is_found_again_on_the_page_of_the_draft(cast, made, sign_in):
    preview = said(sign_in(cast.chair).get(at("preview", 2027)))
    assert "Draft, as of Wednesday 10 March 2027, 12:00 UTC, by <bdi>Staff Aldova</bdi>" in preview
    assert of(made, "printout_file") in preview and "3 pages" in preview
    assert "The draft has changed since." not in preview and "Make the PDF" not in preview
    page = said(sign_in(cast.chair).get(of(made)))
    assert "17 March 2027" in page and "has changed since" not in page


def test_a_stale_file_says_so_and_the_button_is_there_again(cast, draft, made, sign_in):
    factories.activity(draft, title="A later idea")
    staff = sign_in(cast.staff)
    preview = said(staff.get(at("preview", 2027)))
    assert "The draft has changed since." in preview and "Make the PDF" in preview
    assert of(made, "printout_file") in preview
    assert "The draft has changed since this PDF was made." in said(staff.get(of(made)))
    response = staff.post(at("print_draft", 2027))
    assert response.url != of(made)
    preview = said(staff.get(at("preview", 2027)))
    assert "It is being made" in preview and of(made, "printout_file") in preview


def test_the_file_is_the_bytes_and_no_copy_stays_on_the_way(cast, made, sign_in):
    staff = sign_in(cast.staff)
    response = staff.get(of(made, "printout_file"))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        'attachment; filename="draft-2027-20270310-1200.pdf"'
    )
    for name in PAGES:
        answer = staff.get(of(made, name))
        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", ")), name
        b"".join(answer)
    head = staff.head(of(made, "printout_file"))
    assert head["Content-Length"] == str(len(PDF)) and b"".join(head) == b""


def test_there_is_no_file_before_there_is_one_nor_when_it_is_lost(cast, asked, root, sign_in):
    staff = sign_in(cast.staff)
    assert staff.get(of(asked, "printout_file")).url == of(asked)
    made = issue(asked)
    (root / made.file).unlink()
    assert staff.get(of(made, "printout_file")).url == of(made)
    page = said(staff.get(of(made)))
    assert "its file is missing on this server" in page and "Make it again" in page
    assert staff.post(of(made, "printout_again")).url == of(made)
    assert Printout.objects.get().status == "queued"


def test_a_failure_is_told_in_words_and_may_be_tried_again(cast, asked, sign_in):
    error = "The character “x” in paragraph 3 (activity 1.1) cannot be printed."
    Printout.objects.update(status="failed", error=error, attempt=1)
    staff = sign_in(cast.staff)
    assert "It could not be made; read why" in said(staff.get(at("preview", 2027)))
    page = said(staff.get(of(asked)))
    assert error in page and "Try again" in page
    for _time in range(2):
        response = staff.post(of(asked, "printout_again"))
        assert (response.status_code, response.url) == (303, of(asked))
    known = Printout.objects.get()
    assert (known.status, known.error, known.attempt) == ("queued", "", 0)


def test_only_who_asked_can_cancel_and_both_are_told(cast, asked, sign_in):
    staff, chair = sign_in(cast.staff), sign_in(cast.chair)
    assert "Cancel it" in said(staff.get(of(asked)))
    assert "Cancel it" not in said(chair.get(of(asked)))
    refused = chair.post(of(asked, "printout_cancel"))
    assert "Staff Aldova asked for this PDF and alone can cancel it." in said(refused, 403)
    for _time in range(2):
        assert staff.post(of(asked, "printout_cancel")).url == of(asked)
    page = said(chair.get(of(asked)))
    assert "<bdi>Staff Aldova</bdi> cancelled this PDF before the worker began." in page
    assert "Make the PDF" in said(chair.get(at("preview", 2027)))
    chair.post(of(asked, "printout_again"))
    known = Printout.objects.get()
    assert (known.status, known.requested_by) == ("queued", cast.chair)


def test_what_has_begun_is_not_cancelled_and_that_is_said(cast, asked, sign_in):
    worker.claim(Printout, asked.pk)
    response = sign_in(cast.staff).post(of(asked, "printout_cancel"), follow=True)
    assert "It was too late to cancel it: the worker had begun." in said(response)


def test_asking_for_too_many_is_refused_in_words(cast, draft, sign_in):
    staff = sign_in(cast.staff)
    for n in range(printouts.MOST_WAITING + 1):
        factories.activity(draft, title=f"Idea {n}")
        response = staff.post(at("print_draft", 2027), follow=True)
    assert response.redirect_chain == [(at("preview", 2027), 303)]
    assert "5 PDFs are being made for you already." in said(response)


def test_a_button_is_no_link(cast, asked, sign_in):
    staff = sign_in(cast.staff)
    for address in (at("print_draft", 2027), at("print_comparison", 2027),
                    *(of(asked, name) for name in ACTS)):  # fmt: skip
        assert staff.get(address).status_code == 405


def test_the_queries_of_the_preview_do_not_grow(
    cast, draft, made, sign_in, django_assert_num_queries
):
    staff = sign_in(cast.staff)
    staff.get(at("preview", 2027))
    with django_assert_num_queries(17):
        staff.get(at("preview", 2027))
    for n in range(2):
        factories.activity(draft, title=f"Idea {n}")
        Printout.objects.filter(status="queued").update(status="failed")
        staff.post(at("print_draft", 2027))
    assert Printout.objects.count() == 3
    with django_assert_num_queries(17):
        staff.get(at("preview", 2027))


# Who finds it


def answers(cast, printout, sign_in, readers):
    """Those who may read it get each page; for everybody else it is not there."""
    for role, person in cast.everyone().items():
        client = sign_in(person)
        client.get(reverse("healthz"))
        for name in PAGES:
            response = client.get(of(printout, name))
            expected = {"printout_progress": 302}.get(name, 200) if role in readers else 404
            assert response.status_code == expected, (role, name)
            b"".join(response)
        if role not in readers:
            for name in ACTS:
                assert client.post(of(printout, name)).status_code == 404, (role, name)
    visitor = sign_in()
    for name in PAGES:
        assert visitor.get(of(printout, name)).url.startswith("/en/sign-in/")


def test_a_draft_on_paper_is_found_by_those_who_read_the_draft(cast, made, sign_in):
    answers(cast, made, sign_in, READERS)


def test_it_is_not_for_those_who_have_an_earlier_text_before_them(cast, consideration, sign_in):
    factories.activity(consideration.plan, title="A later idea")
    staff = sign_in(cast.staff)
    staff.post(at("print_draft", 2027))
    answers(cast, issue(Printout.objects.get()), sign_in, READERS)
    assert sign_in(cast.head).post(at("print_draft", 2027)).status_code == 403


def test_another_years_address_is_no_way_to_it(cast, made, sign_in):
    factories.plan(by=cast.staff, year=2028)
    address = at("printout_file", 2028, made.key)
    assert sign_in(cast.staff).get(address).status_code == 404


# Circulated texts


def test_a_delegation_takes_the_text_before_it_to_its_table(cast, consideration, sign_in):
    head = sign_in(cast.head)
    page = said(head.get(at("consideration", consideration.pk)))
    assert "Make the PDF" in page and "Circulated – not adopted" in page
    response = head.post(at("print_consideration", consideration.pk))
    printout = Printout.objects.get()
    assert (response.status_code, response.url) == (303, of(printout))
    made = issue(printout)
    assert of(made, "printout_file") in said(head.get(at("consideration", consideration.pk)))
    page = said(head.get(of(made)))
    assert "PartNIR/AG/2027/WP/1" in page
    assert "Text as circulated on" in page and "not adopted" in page
    answers(cast, made, sign_in, READERS | SEATED)
    assert sign_in(cast.stranger).post(
        at("print_consideration", consideration.pk)
    ).status_code == 404  # fmt: skip


def test_once_adopted_its_document_takes_over(cast, adopted, sign_in):
    first = adopted.considerations.get()
    head = sign_in(cast.head)
    assert "Make the PDF" not in said(head.get(at("consideration", first.pk)))
    response = head.post(at("print_consideration", first.pk), follow=True)
    assert response.redirect_chain == [(at("consideration", first.pk), 302)]
    assert "The text is no longer before the Advisory Group." in said(response)
    assert not Printout.objects.exists()


# Comparisons


def second_text(cast, consideration):
    plan = consideration.plan
    TextBlock.objects.create(plan=plan, kind="annex", title="Annex", text="New.")
    return factories.circulated(plan, before=consideration.meeting, by=cast.staff)


def test_a_comparison_of_two_circulated_texts_is_for_who_reads_both(cast, consideration, sign_in):
    second_text(cast, consideration)
    head = sign_in(cast.head)
    page = said(head.get(at("compare", 2027)))
    assert "Make the PDF" in page
    assert 'name="older" value="r1"' in page and 'name="newer" value="r2"' in page
    response = head.post(at("print_comparison", 2027), {"older": "r1", "newer": "r2"})
    made = issue(Printout.objects.get())
    assert response.url == of(made)
    page = said(head.get(at("compare", 2027)))
    assert of(made, "printout_file") in page and "Make the PDF" not in page
    assert "From “<bdi>PartNIR/AG/2027/WP/1</bdi>”" in said(head.get(of(made)))
    answers(cast, made, sign_in, READERS | SEATED)


def test_a_comparison_with_the_draft_is_for_who_reads_the_draft(cast, consideration, sign_in):
    factories.activity(consideration.plan, title="A later idea")
    texts = {"older": "r1", "newer": "now"}
    assert sign_in(cast.head).post(at("print_comparison", 2027), texts).status_code == 404
    staff = sign_in(cast.staff)
    staff.post(at("print_comparison", 2027), texts)
    made = issue(Printout.objects.get())
    page = said(staff.get(of(made)))
    assert "Comparison with the draft, as of Wednesday 10 March 2027, 12:00 UTC" in page
    assert "“<bdi>The draft as it was then</bdi>”" in page
    answers(cast, made, sign_in, READERS)
    factories.activity(consideration.plan, title="And another")
    assert "The draft has changed since." in said(staff.get(at("compare", 2027)))


@pytest.mark.parametrize("texts", [{}, {"older": "r1"}, {"older": "r1", "newer": "r9"}])
def test_a_text_that_is_not_there_is_compared_with_nothing(cast, consideration, sign_in, texts):
    response = sign_in(cast.staff).post(at("print_comparison", 2027), texts)
    assert response.status_code == 404
    assert not Printout.objects.exists()


def test_texts_that_say_the_same_offer_no_pdf(cast, consideration, sign_in):
    page = said(sign_in(cast.staff).get(at("compare", 2027) + "?from=r1&to=now"))
    assert "Nothing in the text has changed." in page
    assert "Make the PDF" not in page


def test_what_is_read_for_the_page_does_not_hold_the_whole_order(cast, made, sign_in):
    """The row keeps the text it prints; a page that waits asks for it every second."""
    digest = printouts.digest_of(drafts.compose(made.plan, on=factories.TODAY))
    found = printouts.offer(made.plan, "draft", "now", draft_digest=digest)
    assert "order" in found.current.get_deferred_fields()
