"""The page of the obligations: who reads it, what it leads to, and that no draft shows through."""

from __future__ import annotations

import hashlib
import re
from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from meetings.models import Meeting
from secretariat import register
from secretariat.dates import PartialDate
from secretariat.models import Membership, Presidency
from secretariat.standing import Standing
from tests import factories
from workplans import watch
from workplans.models import Decision, Revision, WorkPlan
from workplans.operations import decision

ALL, THIS = "/en/desk/obligations/", "/en/desk/obligations/2027/"
READERS = {
    "chair", "staff", "head", "other_head", "alternate", "delegate", "minister", "former_chair",
    "former_staff", "expert_chair", "next_chair",
}  # fmt: skip


def main(client, url: str = THIS) -> str:
    """What a page says, without what every page has around it."""
    response = client.get(url)
    assert response.status_code == 200
    return re.search(r"<main.*</main>", response.content.decode(), re.S).group()


# Who reads it


def test_members_and_secretariats_read_it_and_nobody_else(cast, sign_in):
    for role, person in cast.everyone().items():
        client = sign_in(person)
        for url in (ALL, THIS):
            assert client.get(url).status_code == (200 if role in READERS else 403), role
    refusal = sign_in(cast.observer).get(ALL).content.decode()
    assert "Only the delegations of the members and the secretariats read" in refusal
    assert sign_in().get(ALL).url.startswith("/en/sign-in/")


@pytest.mark.parametrize(
    ("status", "reads"),
    [("member", True), ("invited", True), ("partner", False), ("observer", False)],
)
def test_how_a_state_belongs_decides(cast, status, reads):
    state = factories.state("Elmar", order=5)
    Membership.objects.create(state=state, status=status, period=DateRange(date(2020, 1, 1), None))
    head = factories.person("Head Elmar", "head", state)
    assert watch.may_read(Standing.of(head, factories.TODAY)) is reads


def test_who_left_before_the_presidency_ended_reads_nothing(cast):
    recalled = factories.person(
        "Staff Borania Recalled", "secretariat", cast.states["Borania"], until=date(2026, 9, 1)
    )
    assert not watch.may_read(Standing.of(recalled, factories.TODAY))
    assert watch.may_read(Standing.of(cast.former_staff, factories.TODAY))


# What it shows


def test_a_year_is_told_in_sentences_with_links_to_the_records(cast, adopted, sign_in):
    page = main(sign_in(cast.head))
    assert "The Advisory Group adopted the plan on 10 March 2027." in page
    assert f'href="{adopted.get_absolute_url()}"' in page
    assert f'href="{adopted.decisions.get().meeting.get_absolute_url()}"' in page
    assert "The plan stays adopted and goes to the next ministers’ meeting" in page


def test_an_unverified_record_is_shown_as_one(cast, sign_in):
    Meeting.objects.create(
        slug="ag-2027-9", body=factories.body("AG"), year=2027, begins=PartialDate(2027, 1),
        status="held", unverified=True, outcome="Progress reviewed",
    )  # fmt: skip
    page = main(sign_in(cast.head))
    assert "The Advisory Group met: Advisory Group, January 2027 (January 2027)." in page
    assert "(unverified)" in page and "Progress reviewed" in page
    assert "1 January 2027" not in page


def test_the_years_stand_in_order_and_others_are_not_found(cast, summit, sign_in):
    client = sign_in(cast.head)
    years = [row["year"] for row in client.get(ALL).context["years"]]
    assert years == list(range(2027, 2018, -1))
    assert client.get("/en/desk/obligations/2019/").status_code == 200
    for year in (2018, 2028, 1, 9999, 99999):
        assert client.get(f"/en/desk/obligations/{year}/").status_code == 404


def test_before_the_duties_nothing_is_called_a_breach(cast, sign_in):
    Meeting.objects.create(
        slug="imm-2015-1", body=factories.body("IMM"), year=2015, number=1,
        begins=PartialDate(2015, 10, 20), ends=PartialDate(2015, 10, 20), status="held",
    )  # fmt: skip
    client = sign_in(cast.head)
    page = main(client, "/en/desk/obligations/2017/")
    assert "The duties are counted from 2019. This is what the record says of 2017." in page
    assert "The record names no ministers’ meeting in 2017." in page
    assert page.count("No annual work plan was due in 2017.") == 1
    assert "Not met in time" not in page and "Due:" not in page
    index = main(client, ALL)
    assert index.count("Before the duties: what is on record.") == 4
    assert "The duties are counted from 2019: the first full year after that" in index


# What leads on


def labels(client, url: str = THIS) -> list[tuple[str, str]]:
    return [(row.label, row.url) for row in client.get(url).context["rows"] if row.url]


def test_it_leads_to_what_can_be_done_and_only_who_acts(cast, sign_in):
    staff, chair = sign_in(cast.staff), sign_in(cast.chair)
    begin = [("Convene a meeting", "/en/desk/meetings/convene/"),
             ("Start the plan", "/en/desk/plans/start/")]  # fmt: skip
    assert labels(staff) == labels(chair) == begin
    for role in READERS - {"chair", "staff"}:
        assert labels(sign_in(cast.everyone()[role])) == [], role


def test_it_leads_from_act_to_act(cast, draft, advisory_group, ministers_meeting, summit, sign_in):
    staff, chair = sign_in(cast.staff), sign_in(cast.chair)
    overview = ("Go to the plan", "/en/desk/plans/2027/")
    assert labels(staff) == [overview]
    consideration = factories.circulated(draft, before=advisory_group, by=cast.staff)
    for head in cast.heads.values():
        factories.answer(consideration, by=head)
    plan = factories.adopted(consideration, by=cast.chair)
    assert labels(staff) == [overview]
    assert labels(chair) == [("Submit it to the ministers", "/en/desk/plans/2027/submit/")]
    submitted = decision.submit(
        plan, meeting=ministers_meeting, digest=plan.revision.digest, by=cast.chair,
        on=factories.NOW,
    )  # fmt: skip
    assert labels(chair) == [overview]
    for minister in cast.ministers.values():
        factories.answer(submitted, by=minister)
    assert labels(chair) == [("Report it to the summit", "/en/desk/plans/2027/report/")]
    for _label, url in labels(chair):
        assert chair.get(url).status_code == 200


# The desk


def test_those_in_office_find_what_the_year_still_owes_on_their_desk(cast, adopted, sign_in):
    factories.meeting("IMM", by=cast.staff, begins=date(2027, 5, 20))
    for person in (cast.staff, cast.chair):
        desk = sign_in(person).get("/en/desk/").context["desk"]
        assert [(finding.duty.value, str(finding.due)) for finding in desk.owed] == [
            ("submit", "20 May 2027"),
            ("approve", "22 May 2027"),
            ("report", "None"),
        ]
    page = main(sign_in(cast.staff), "/en/desk/")
    assert "What 2027 still owes" in page and "Due: 20 May 2027." in page
    assert 'href="/en/desk/obligations/2027/#submit"' in page


def test_others_find_the_way_to_the_page_if_they_may_read_it(cast, adopted, sign_in):
    for role, person in cast.everyone().items():
        page = main(sign_in(person), "/en/desk/")
        # The desk of a minister holds decisions alone.
        assert (f'href="{ALL}"' in page) is (role in READERS - {"minister"}), role
        assert ("What 2027 still owes" in page) is (role in ("staff", "chair")), role


# Drafts


def test_no_draft_shows_through_whoever_reads(cast, advisory_group, sign_in):
    """Started, written, before the delegations, returned to the secretariat: all of it is silence.

    Those who write it have a link to it; that is all.
    """
    clients = {role: sign_in(cast.everyone()[role]) for role in READERS - {"chair", "staff"}}
    before = {role: main(client) + main(client, ALL) for role, client in clients.items()}
    known = watch.record()

    def nothing_showed() -> bool:
        now = {role: main(client) + main(client, ALL) for role, client in clients.items()}
        return now == before and watch.record() == known

    plan = factories.plan(by=cast.staff)
    assert nothing_showed()
    consideration = factories.circulated(plan, before=advisory_group, by=cast.staff)
    factories.answer(consideration, by=cast.head, kind="objects", text="No.")
    assert nothing_showed()
    decision.return_to_draft(
        consideration, digest=consideration.revision.digest, reason="An annex is wrong.",
        by=cast.chair, on=factories.NOW,
    )  # fmt: skip
    assert Decision.objects.get().act == "returned"
    assert nothing_showed()
    assert "Start the plan" not in main(sign_in(cast.staff))


def test_what_the_ministers_returned_was_public_and_is_told(cast, submitted, sign_in):
    factories.answer(submitted, by=cast.minister, kind="returns", text="canary-reason")
    page = main(sign_in(cast.head))
    assert "The ministers returned the plan on 10 March 2027." in page
    assert "has to adopt a new text" in page
    assert "canary-reason" not in page
    assert WorkPlan.objects.get().status == "draft"


def test_a_reminder_is_listed_for_those_it_went_to(cast, sign_in):
    register.enter(
        "remind", Presidency.objects.get(year=2027), by=None, duty="adopt", year=2027,
        due="2027-05-20", step=7, text="No adopted work plan for 2027 is on record.",
    )  # fmt: skip
    page = main(sign_in(cast.staff))
    words = "Reminded of a duty of 2027: The work plan is adopted before the ministers meet"
    assert words in page and "By the portal, from the dates on record" in page
    assert words not in main(sign_in(cast.staff), "/en/desk/obligations/2026/")
    assert words not in main(sign_in(cast.head))


# Cost


def history(cast, years: range) -> None:
    """Years with their meetings and a plan that went all the way."""
    basis = cast.chair.appointments.get()
    bodies = {code: factories.body(code) for code in ("AG", "IMM", "SUMMIT")}
    for year in years:
        plan = WorkPlan.objects.create(
            year=year, title="…", presidency=Presidency.objects.get(year=2027)
        )
        digest = hashlib.sha256(str(year).encode()).hexdigest()
        revision = Revision.objects.create(
            plan=plan, number=1, symbol=f"WP/{year}", text='{"title": "…"}', digest=digest
        )
        WorkPlan.objects.filter(pk=plan.pk).update(status="adopted", revision=revision)
        for month, code, acts in (
            (3, "AG", ["adopted"]),
            (5, "IMM", ["submitted", "approved"]),
            (9, "SUMMIT", ["reported"]),
        ):
            day = PartialDate(year, month, 10)
            meeting = Meeting.objects.create(
                slug=f"{code.lower()}-{year}-1", body=bodies[code], year=year, begins=day,
                ends=day, status="held", number=year - 1900 if code == "SUMMIT" else None,
            )  # fmt: skip
            for act in acts:
                Decision.objects.create(
                    plan=plan, revision=revision, act=act, meeting=meeting, on=day.first,
                    by=cast.chair, appointment=basis,
                )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "role", "queries"),
    [
        (ALL, "staff", 9),
        (ALL, "head", 10),
        (ALL, "former_staff", 9),
        (THIS, "staff", 12),
        (THIS, "head", 12),
        (THIS, "former_staff", 11),
    ],
)
def test_a_page_costs_the_same_for_one_year_and_for_sixty(
    cast, sign_in, django_assert_num_queries, url, role, queries
):
    client = sign_in(cast.everyone()[role])
    history(cast, range(2027, 2026, -1))
    client.get(url)
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200
    history(cast, range(2026, 1967, -1))
    with django_assert_num_queries(queries):
        response = client.get(url)
    if url == ALL:
        years = response.context["years"]
        assert len(years) == 60
        told = {cell["finding"].state.value for row in years for cell in row["cells"]}
        assert told == {"met", "not_applicable"}
